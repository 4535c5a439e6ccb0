import type { Catalogue } from "../i18n";

export const welcome = {
  "welcome.heading": "Sus registros, en sus manos",
  "welcome.lead":
    "Keyward guarda los registros médicos en su equipo y solo los comparte con quien usted elija. Nadie más por el camino puede leerlos.",
  "welcome.back": "Hola de nuevo",
  "welcome.backLead": "Elija el perfil que quiere abrir.",
  "welcome.profiles": "Perfiles en este equipo",
  "welcome.isOpen": "Abierto ahora",
  "welcome.open": "Abrir {name}",
  "welcome.show": "Mostrar {name}",
  "welcome.damaged": "Una parte del archivo de este perfil está dañada",
  "welcome.damaged.lead":
    "Keyward puede leer el archivo pieza por pieza y guardar todo lo que sigue entero. El archivo dañado queda como está.",
  "welcome.damaged.kit": "Si tiene un kit de recuperación y una copia más nueva, use esos.",
  "welcome.damaged.save": "Guardar lo que se pueda",
  "welcome.damaged.saving": "Guardando lo que se pueda",
  "welcome.damaged.stop": "Parar",
  "welcome.damaged.stopped": "Se ha parado. No se ha cambiado nada.",
  "welcome.damaged.all": "Se ha podido guardar todo",
  "welcome.damaged.some": "Se ha guardado lo que se podía",
  "welcome.damaged.records":
    "{count, plural, =0 {No ha vuelto ningún registro médico.} one {Ha vuelto # registro médico.} other {Han vuelto # registros médicos.}}",
  "welcome.damaged.others":
    "También han vuelto {shares, plural, =0 {cero permisos} one {# permiso} other {# permisos}} y {others, plural, one {# dato más} other {# datos más}}, como ajustes e historial.",
  "welcome.damaged.originals":
    "{count, plural, one {Ha vuelto # pieza de sus archivos.} other {Han vuelto # piezas de sus archivos.}}",
  "welcome.damaged.lost":
    "No se {lost, plural, one {ha podido leer # parte} other {han podido leer # partes}} de {pages, number}.",
  "welcome.damaged.broken":
    "{count, plural, one {# dato estaba roto y falta.} other {# datos estaban rotos y faltan.}}",
  "welcome.damaged.newest": "Pueden faltar los últimos cambios antes del daño.",
  "welcome.damaged.shares": "Mire lo que comparte: algo que usted paró puede verse como activo.",
  "welcome.damaged.next": "Ya puede abrir el perfil.",
  "welcome.damaged.again": "Añada otra vez los archivos que falten.",
  "welcome.damaged.kept": "El archivo dañado se ha guardado aquí:",
  "welcome.kept.remove": "Quitar el archivo dañado",
  "welcome.kept.heading": "¿Quitar para siempre el archivo dañado?",
  "welcome.kept.lead":
    "Lo que se guardó de él se queda. Lo que se perdió ya no se podrá buscar en él, tampoco con ayuda de un experto.",
  "welcome.kept.confirm": "Quitarlo",
  "welcome.kept.keep": "Dejarlo",
  "welcome.who": "¿Quién es usted?",
  "welcome.another": "Empezar algo nuevo",
  "welcome.patient": "Soy paciente",
  "welcome.patient.hint": "Guarde aquí sus registros y compártalos con sus médicos.",
  "welcome.patient.heading": "Haga un lugar para sus registros",
  "welcome.patient.lead": "Se quedan en este equipo. Más tarde usted decide qué compartir y con quién.",
  "welcome.patient.create": "Crear mi perfil",
  "welcome.doctor": "Soy médico o médica",
  "welcome.doctor.hint": "Lea lo que los pacientes comparten con usted.",
  "welcome.doctor.heading": "Cree su perfil profesional",
  "welcome.doctor.lead": "Después necesitará una invitación de la recepción de su clínica.",
  "welcome.doctor.create": "Crear mi perfil",
  "welcome.desk": "Trabajo en una recepción",
  "welcome.desk.hint": "Prepare una clínica, invite a pacientes e inscriba a profesionales.",
  "welcome.desk.heading": "Prepare su clínica",
  "welcome.desk.lead":
    "Este equipo será la recepción de la clínica. Los pacientes verán el nombre de la clínica en su invitación.",
  "welcome.desk.create": "Preparar la clínica",
  "welcome.nameHint": "Su propio nombre sirve. Es solo para distinguir los perfiles en este equipo.",
  "welcome.nameMissing": "Dé un nombre al perfil",
  "welcome.nameTooLong": "Use como mucho 80 caracteres",
  "welcome.clinicNameHint": "Como la conocen los pacientes.",
  "welcome.clinicNameMissing": "Escriba el nombre de la clínica",
  "welcome.operatorHint":
    "Aparece junto a lo que usted hace en recepción, por ejemplo al comprobar una identidad.",
  "welcome.operatorMissing": "Escriba su nombre",

  "join.heading": "Únase a su clínica",
  "join.lead.patient":
    "En recepción le dieron una invitación: una hoja con un cuadro y un código. Cualquiera de los dos sirve.",
  "join.lead.doctor":
    "La recepción de su clínica le da una invitación: una hoja con un cuadro y un código. Cualquiera de los dos sirve.",
  "join.text": "Invitación o código",
  "join.hint":
    "Pegue la invitación o escriba el código. No importan las mayúsculas, los espacios ni los guiones.",
  "join.missing": "Primero pegue la invitación o escriba el código",
  "join.read": "Ver la invitación",
  "join.image": "Elegir una imagen del código",
  "join.invites": "{clinic} le invita",
  "join.compare": "Compare esto con su hoja antes de aceptar. Aún no se ha acordado nada.",
  "join.hereTitle": "Esta invitación solo sirve en este equipo",
  "join.here":
    "El servidor de enlace de la clínica funciona en el equipo que hizo la invitación. Con ella no se llega a nadie en otro lugar.",
  "join.for": "Hecha para",
  "join.purpose.patient": "Un paciente",
  "join.purpose.clinician": "Un profesional",
  "join.keyWords": "Llave de la clínica",
  "join.expires": "Válida hasta",
  "join.what":
    "Al aceptar, este equipo recibe de la clínica su propia llave. La clínica sabe que usted se ha unido. No sabe qué hay en sus registros ni con quién los comparte.",
  "join.accept": "Aceptar la invitación",
  "join.other": "Usar otra invitación",
  "join.leavesTitle": "Con esto deja {from}",
  "join.leaves":
    "Este perfil todavía espera a esa clínica. Si ahora solo está fuera de alcance, es mejor esperarla.",
  "join.leave": "Dejarla y unirme",
  "join.leaveHeading": "¿Dejar {from} y unirse a {to}?",
  "join.leaveRecords": "Sus registros quedan como están.",
  "join.leaveApart":
    "Sus espacios ({spaces, number}) y lo que compartió ({shares, number}) con {from} se apartan. Puede seguir leyéndolos. {to} no recibe nada de ellos ni sabe que existen.",
  "join.leaveOpen":
    "{n, plural, one {Una vez que compartió puede seguir hasta su final} other {# veces que compartió pueden seguir hasta su final}} si {from} todavía funciona en algún lugar. Ya no podrá detenerlo desde aquí.",
  "join.leaveNew": "Recibe llaves nuevas. Cree espacios nuevos y comparta de nuevo con los médicos de {to}.",
  "join.leaveForever": "No se puede deshacer: este perfil no vuelve a preguntar a {from}.",
  "join.leaveConfirm": "Sí, dejarla y unirme",
  "join.leaveKeep": "Quedarme y esperar",
} satisfies Catalogue;
