import type { Catalogue } from "../i18n";

/** Llevárselo todo, y médicos con llaves nuevas. */
export const leaving = {
  "title.leaving": "Llevárselo o borrarlo todo",
  "leaving.lead.patient":
    "Sus registros son suyos. Puede llevárselos todos, en formatos que otros programas saben leer.",
  "leaving.lead.doctor":
    "Su lista y sus ajustes pueden ir con usted, en formatos que otros programas leen. Lo que compartieron los pacientes sigue siendo de ellos.",
  "leaving.lead.desk": "El registro puede ir con usted, en formatos que otros programas leen.",
  "newKeys.title": "{name} tiene llaves nuevas",
  "newKeys.why":
    "La clínica ha certificado de nuevo a {name}, por ejemplo porque perdió su equipo. Lo que usted comparte ya no le llega. Si le extraña, llame primero.",
  "newKeys.again": "Compartir lo mismo otra vez",
  "newKeys.unknown": "Keyward no pudo saber si alguno de sus médicos tiene llaves nuevas.",
  "newKeys.same": "Los mismos registros, el mismo fin, hasta el {until}.",
  "newKeys.done": "Vuelve a compartir con {name}, hasta el {until}",
  "newKeys.fingerprint": "Llave nueva:",
  "leaving.export": "Llevárselo todo",
  "leaving.exportHint.patient":
    "Un archivo zip con todos los registros en formato FHIR, sus archivos originales, lo que comparte, quién miró y una página para leerlo en un navegador. No está cerrado: guárdelo bien.",
  "leaving.exportHint.doctor":
    "Un archivo zip con quién compartió con usted, para qué y hasta cuándo, sus ajustes y una página para leerlo en un navegador. No contiene registros de ningún paciente. No está cerrado: guárdelo bien.",
  "leaving.exportHint.desk":
    "Un archivo zip con todo el registro: personas, médicos, identidades comprobadas e invitaciones. También tiene sus ajustes y una página para leerlo en un navegador. No está cerrado: guárdelo bien.",
  "leaving.exportGo": "Exportar todo",
  "leaving.exported": "Se ha guardado todo",
  "leaving.exportedWhere": "El archivo es {name}.",
  "leaving.exportStopped": "La exportación se detuvo y no ha quedado ningún archivo",
  "leaving.exportedOn": "Última exportación",
  "leaving.delete": "Borrar todo",
  "leaving.deleteHint.patient":
    "Esto termina lo que comparte y borra el perfil aquí y en el servidor de enlace.",
  "leaving.deleteHint.doctor": "Esto le quita de la lista de su clínica y borra el perfil aquí.",
  "leaving.deleteHint.desk": "Esto borra el perfil de esta recepción.",
  "leaving.deleteHint.clinic":
    "Esto borra el perfil de esta recepción y cierra {clinic}, que está en este equipo.",
  "leaving.follows": "Qué pasa después",
  "leaving.followsRecords":
    "{n, plural, =0 {No hay registros en este equipo.} one {Se borra # registro de este equipo, con su original.} other {Se borran # registros de este equipo, con sus originales.}}",
  "leaving.followsShares.patient":
    "{n, plural, =0 {No comparte nada ahora.} one {Lo que comparte con # médico termina enseguida.} other {Terminan enseguida # accesos compartidos.}}",
  "leaving.followsShares.doctor":
    "{n, plural, =0 {Nadie comparte con usted ahora.} one {Lo que # paciente comparte con usted ya no se puede abrir.} other {Lo que # pacientes comparten con usted ya no se puede abrir.}}",
  "leaving.followsRelay.patient": "El servidor de enlace borra sus registros cerrados, mensajes y copias.",
  "leaving.followsRelay.doctor":
    "La clínica avisa al servidor de enlace, que borra las cartas para usted y lo que abría lo compartido.",
  "leaving.followsClinic.patient":
    "{clinic} recibe el aviso de que se marcha. Conserva lo que la ley le pide: que usted estuvo registrado, y cuándo.",
  "leaving.followsClinic.doctor":
    "{clinic} recibe el aviso de que se marcha y anula sus llaves. Conserva que usted estuvo en su lista, y cuándo.",
  "leaving.followsServices":
    "{clinic} termina, con su servidor de enlace y sus llaves. Ya nadie puede unirse a ella.",
  "leaving.followsPeople":
    "{n, plural, =0 {No hay nadie en el registro. Se borra.} one {Se borra el registro, con # persona.} other {Se borra el registro, con # personas.}}",
  "leaving.followsInvitations":
    "{n, plural, =0 {No hay invitaciones abiertas.} one {# invitación abierta deja de valer.} other {# invitaciones abiertas dejan de valer.}}",
  "leaving.followsStored": "Lo que aún se comparte por ella ya no se puede abrir.",
  "leaving.followsKeys": "Se borra la llave del llavero de este equipo. Ningún kit vuelve a abrir nada aquí.",
  "leaving.cannot": "Lo que no se puede deshacer",
  "leaving.cannotFetched":
    "{n, plural, =0 {Ningún médico ha descargado una copia.} one {Los médicos descargaron # registro. Pueden quedarse con esa copia.} other {Los médicos descargaron # registros. Pueden quedarse con esas copias.}}",
  "leaving.cannotLooked": "Que usted miró queda en el historial de cada paciente.",
  "leaving.cannotFiles": "Las copias y exportaciones que guarde en otro lugar. Bórrelas usted.",
  "leaving.offline": "Ahora no se llega al servidor de enlace o a la clínica",
  "leaving.offlineHint":
    "Solo pueden borrar lo que tienen si se les pide. Inténtelo más tarde, o borre solo lo que hay en este equipo.",
  "leaving.exportFirst": "Todavía no ha exportado nada. Después de esto no hay vuelta atrás.",
  "leaving.confirm": "Escriba el nombre del perfil para confirmar: {name}",
  "leaving.confirmWrong": "Escriba el nombre tal como está aquí: {name}",
  "leaving.localOnly": "Borrar aquí aunque no se pueda avisar al servidor de enlace o a la clínica",
  "leaving.go": "Borrar todo",
  "leaving.ask": "¿Borrar todo ahora?",
  "leaving.askWhy.patient":
    "No se puede deshacer. Al terminar, sus registros, sus llaves y lo que comparte ya no existen.",
  "leaving.askWhy.doctor": "No se puede deshacer. Al terminar, sus llaves y su lista ya no existen.",
  "leaving.askWhy.desk": "No se puede deshacer. Al terminar, sus llaves ya no existen.",
  "leaving.askClinic": "{clinic} termina con ello.",
  "leaving.askGo": "Borrar todo ahora",
  "leaving.askKeep": "Conservar mi perfil",
  "leaving.running": "Borrando",
  "leaving.followsReceipt.patient":
    "Se le pregunta dónde guardar el recibo. Lo firman el servidor de enlace y la clínica.",
  "leaving.followsReceipt.doctor": "Se le pregunta dónde guardar el recibo. Lo firma la clínica.",
  "leaving.followsReceipt.desk": "Se le pregunta dónde guardar el recibo. Dice lo que se borró.",
  "leaving.inUse": "Otros usan todavía {clinic}",
  "leaving.inUseWhy":
    "Perderían lo que comparten y lo que el servidor de enlace guarda para ellos. Por eso no puede terminar ahora.",
  "leaving.inUsePatients": "Pacientes que la usan",
  "leaving.inUseDoctors": "Médicos que la usan",
  "leaving.inUseEnd": "Para cerrarla, retire antes a las personas y quite a los médicos.",
  "leaving.inUseHand":
    "Para pasarla a otra persona, dele su kit y una copia nueva. Cuando la haya recuperado en este equipo, usted puede marcharse.",
  "leaving.backupHas": "{clinic} está en su copia",
  "leaving.backupHasHint":
    "Estaba completa allí el {date}. Con su kit y ese archivo se puede recuperar en cualquier equipo.",
  "leaving.backupNone": "No hay ninguna copia de {clinic}",
  "leaving.backupNoneHint":
    "Después de esto sus llaves ya no existen. Si puede hacer falta otra vez, haga antes un kit y una copia.",
  "leaving.begun": "El borrado empezó y no terminó",
  "leaving.begunHint": "Ya no se envía ni se recibe nada. Empiece otra vez para terminarlo.",
  "title.left": "Se ha marchado",
  "left.heading": "El perfil «{name}» está borrado",
  "left.lead":
    "Este es su recibo. El archivo que eligió dice lo mismo. Puede imprimirlo o guardarlo otra vez.",
  "left.print": "Imprimir el recibo",
  "left.save": "Guardar el recibo",
  "left.saved": "El recibo está guardado",
  "left.when": "Cuándo",
  "left.profile": "Perfil",
  "left.here": "En este equipo",
  "left.hereDone.patient": "Registros, llaves y ajustes están borrados.",
  "left.hereDone.doctor": "La lista, las llaves y los ajustes están borrados.",
  "left.hereDone.desk": "Las llaves y los ajustes están borrados.",
  "left.relay": "En el servidor de enlace",
  "left.clinic": "En {clinic}",
  "left.noClinic": "En una clínica",
  "left.signed": "Borrado y firmado. El último rastro se sobrescribe a más tardar el {date}.",
  "left.nothing.patient": "No había nada.",
  "left.nothing.doctor":
    "No tiene ninguna cuenta suya. Lo que guardaba para usted se borra cuando la clínica le avisa.",
  "left.nothing.desk": "Esta recepción no tenía ninguna clínica que cerrar.",
  "left.deleted": "Estaba en este equipo y se borró con el perfil. No queda nadie que pueda firmarlo.",
  "left.notAsked": "No se le pudo pedir, así que lo que tiene sigue allí, cerrado.",
  "left.keeps": "Conserva",
  "left.keeps.register-entry": "Que usted estuvo registrado, y cuándo.",
  "left.keeps.identity-check": "Que se comprobó su identidad, y con qué documento.",
  "left.fetched": "Con los médicos",
  "left.fetchedWords":
    "{n, plural, =0 {No se descargó nada.} one {# registro descargado, que pueden conservar.} other {# registros descargados, que pueden conservar.}}",
  "left.statements": "Lo que se firmó",
  "left.statementsWhy":
    "Esto lo leen los programas, no las personas. Guárdelo como prueba, por si alguien duda del recibo.",
  "left.done": "Ir al inicio",
  "left.gone": "Aquí no hay ningún recibo",
  "left.goneHint": "El recibo se muestra una vez, justo después de borrar todo.",
  "left.keeps.history": "Lo que la recepción hizo con sus datos, y cuándo.",
  "left.file": "Recibo",
  "left.byRelay": "Firmado por el servidor de enlace",
  "left.byClinic": "Firmado por la clínica",
  "left.fetchedCount": "Registros que los médicos descargaron y pueden conservar",

  // The page of an export, and the text that says what is where.
  "export.title": "Copia de todo lo de {name}",
  "export.made": "Se guardó el {date}.",
  "export.where.patient":
    "Los registros están en la carpeta fhir. Los archivos tal como llegaron están en la carpeta originals.",
  "export.where.doctor":
    "Quién compartió con usted está en el archivo shares.json. Aquí no hay registros de pacientes.",
  "export.where.desk":
    "El registro entero está en el archivo register.json. Para otros programas está en la carpeta fhir.",
  "export.records": "Registros",
  "export.date": "Fecha",
  "export.what": "Qué",
  "export.kind": "Tipo",
  "export.noDate": "sin fecha",
  "export.shares": "Lo compartido",
  "export.with": "Con",
  "export.from": "Desde",
  "export.until": "Hasta",
  "export.number": "Número",
  "export.looked": "Quién miró",
  "export.when": "Cuándo",
  "export.who": "Quién",
  "export.seen": "Registros",
  "export.about": "Todo lo que Keyward guardaba en este perfil, en formatos abiertos.",
  "export.aboutPage": "Una página para leer en un navegador",
  "export.aboutRecords": "Los registros, uno por línea, en el formato FHIR R4",
  "export.aboutShares": "Qué se compartió, con quién y hasta cuándo",
  "export.aboutLooked": "Quién miró y cuándo",
  "export.aboutOriginals": "Los archivos tal como llegaron, byte por byte",
  "export.aboutKept": "Partes de archivos que Keyward guardó pero no entendió",
  "export.aboutSettings": "Los ajustes",
  "export.people": "Personas",
  "export.clinicians": "Médicos",
  "export.born": "Nacimiento",
  "export.state": "Estado",
  "export.role": "Función",
  "export.organisation": "Organización",
  "export.aboutPeople": "Las personas del registro, una por línea, en el formato FHIR R4",
  "export.aboutClinicians": "Los médicos del registro, uno por línea, en el formato FHIR R4",
  "export.aboutRegister": "Todo el registro tal como es. Las horas van en segundos desde 1970.",
  "export.state.registered": "Registrada",
  "export.state.identity-checked": "Identidad comprobada",
  "export.state.invited": "Con invitación",
  "export.state.enrolled": "Unida",
  "export.state.withdrawn": "Retirada",
  "export.state.removed": "Quitada",
  "export.aboutOpen": "Aquí nada está cerrado con llave. Quien tenga este archivo puede leerlo.",
} satisfies Catalogue;
