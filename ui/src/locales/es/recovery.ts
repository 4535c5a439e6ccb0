import type { Catalogue } from "../i18n";

/** El kit de recuperación, la copia en un archivo y la vuelta de un perfil. */
export const recovery = {
  "title.recovery": "Si se pierde este equipo",
  "title.kit": "Kit de recuperación",
  "title.kitConfirm": "Confirmar el kit",
  "title.restored": "Lo que ha vuelto",
  "title.restore": "Recuperar",

  "recovery.heading": "Si se pierde este equipo",
  "recovery.lead.patient":
    "Dos cosas devuelven sus registros a un equipo nuevo: un kit de doce palabras en papel y una copia. Una sin la otra no le sirve a nadie.",
  "recovery.lead.doctor":
    "Dos cosas devuelven su lista de pacientes a un equipo nuevo: un kit de doce palabras en papel y una copia. Sus llaves no vuelven. La clínica le da otras y cada paciente dice sí otra vez.",
  "recovery.lead.desk":
    "Dos cosas devuelven su clínica a un equipo nuevo: un kit de doce palabras en papel y una copia. Quien tenga las dos puede actuar como su clínica. Por eso, guárdelas por separado.",
  "recovery.link": "Kit de recuperación y copia de seguridad",
  "recovery.back": "Recuperación",
  "recovery.kit": "Kit de recuperación",
  "recovery.kitWaiting": "Todavía no ha anotado su kit",
  "recovery.kitWaitingHint.patient":
    "Hacen falta unos tres minutos y una hoja de papel. Hasta entonces, perder el equipo es perder los registros.",
  "recovery.kitWaitingHint.doctor":
    "Hacen falta unos tres minutos y una hoja de papel. Hasta entonces, perder el equipo es perder la lista.",
  "recovery.kitWaitingHint.desk":
    "Hacen falta unos tres minutos y una hoja de papel. Hasta entonces, perder el equipo es perder la clínica.",
  "recovery.kitMake": "Ver el kit y anotarlo",
  "recovery.kitMade": "Hecho",
  "recovery.kitConfirmed": "Confirmado",
  "recovery.kitGood": "Su kit está confirmado",
  "recovery.kitGoodHint": "Las palabras están solo en su papel. Este equipo ya no las sabe.",
  "recovery.kitRenewing": "Un kit nuevo espera a que lo confirme",
  "recovery.kitRenewingHint": "Hasta que lo confirme, sigue valiendo el kit que tiene en papel.",
  "recovery.kitNew": "Hacer un kit nuevo",
  "recovery.kitNewAsk": "¿Hacer un kit nuevo?",
  "recovery.kitNewWhy":
    "Hágalo si ha perdido el papel o si alguien puede haberlo visto. Las palabras viejas no abren ninguna copia hecha después de confirmar las nuevas.",
  "recovery.kitNewOld":
    "Las copias antiguas aún se abren con las palabras viejas. Bórrelas si alguien tiene las dos cosas.",
  "recovery.kitNewGo": "Hacer el kit nuevo",
  "recovery.kitNewKeep": "Quedarme con el viejo",

  "reminder.kit.patient":
    "Si se pierde este equipo, también se pierden sus registros. Un kit de recuperación lo evita.",
  "reminder.kit.doctor":
    "Si se pierde este equipo, también se pierde su lista de pacientes. Un kit de recuperación lo evita.",
  "reminder.kit.desk":
    "Si se pierde este equipo, también se pierde su clínica. Un kit de recuperación lo evita.",
  "reminder.backup": "Tiene un kit, pero aún no tiene copia. El kit solo no devuelve nada.",
  "reminder.failed": "La última copia no se pudo hacer. Lo nuevo desde la anterior está solo en este equipo.",
  "reminder.old": "Su copia tiene más de dos semanas. Lo nuevo desde entonces está solo en este equipo.",
  "reminder.see": "Ver la copia",
  "reminder.make": "Anotar el kit",
  "reminder.makeBackup": "Elegir dónde guardar la copia",
  "reminder.later": "Recordármelo en una semana",
  "reminder.unknown": "Keyward no pudo saber cómo está su copia de seguridad.",

  "kit.heading": "Anote estas doce palabras",
  "kit.lead":
    "Use un bolígrafo o imprima la hoja. Guárdela donde guarda su pasaporte, y no junto a este equipo.",
  "kit.words": "Las doce palabras, en este orden",
  "kit.pictureHint": "Lo mismo que las palabras, para que un equipo nuevo lo lea de una foto.",
  "kit.qr": "Imagen cuadrada del kit de recuperación",
  "kit.print": "Imprimir la hoja",
  "kit.copy": "Copiar el texto",
  "kit.next": "Ya las he anotado",
  "kit.what": "Qué es esto",
  "kit.what1.patient": "Con estas palabras y una copia, sus registros pueden volver a un equipo nuevo.",
  "kit.what1.doctor": "Con estas palabras y una copia, su lista de pacientes puede volver a un equipo nuevo.",
  "kit.what1.desk": "Con estas palabras y una copia, su clínica puede volver a un equipo nuevo.",
  "kit.what2.patient":
    "Quien tenga las dos cosas puede leer sus registros. Nadie en la clínica necesita las palabras, nunca.",
  "kit.what2.doctor":
    "Quien tenga las dos cosas puede leer la lista. Nadie en la clínica necesita las palabras, nunca.",
  "kit.what2.desk":
    "Quien tenga las dos cosas puede actuar como su clínica. Nadie más necesita las palabras, nunca.",
  "kit.what3":
    "Las palabras solas no abren nada. No son su frase de contraseña y no desbloquean esta aplicación.",
  "kit.for": "Para",
  "kit.clinic": "Clínica",
  "kit.date": "Hecho el",
  "kit.space": "Dónde guardo la copia, y a quién llamar",
  "kit.spaceWords": "Las palabras a mano",
  "kit.how": "Cómo se usa",
  "kit.how1": "Instale Keyward en el equipo nuevo y ábralo.",
  "kit.how2": "Elija «Tengo un kit de recuperación». Escriba las palabras o elija una foto de la imagen.",
  "kit.how3": "Elija su copia: un archivo o el servidor de la clínica.",
  "kit.how3File": "Elija el archivo de su copia.",
  "kit.gone": "Este equipo ya no puede mostrar las palabras",
  "kit.goneHint":
    "Usted confirmó el kit, y desde entonces las palabras están solo en su papel. Si lo ha perdido, haga un kit nuevo.",
  "kit.goneAction": "Ir a recuperación",
  "kit.clipboard":
    "Copiado. Póngalo donde solo usted pueda leerlo. El portapapeles se vacía después de un minuto y al bloquear.",
  "kit.relay": "Servidor de enlace",

  "kitConfirm.heading": "Escriba otra vez algunas palabras",
  "kitConfirm.lead":
    "Así se ve que su papel está bien. Cuando las palabras encajan, este equipo las olvida y quedan solo en su papel.",
  "kitConfirm.word": "Palabra número {n}",
  "kitConfirm.missing": "Escriba la palabra número {n}",
  "kitConfirm.wrong": "La palabra número {n} es otra en su kit",
  "kitConfirm.look": "Ver el kit otra vez",
  "kitConfirm.go": "Confirmar el kit",
  "kitConfirm.done": "El kit está confirmado. Ahora las palabras están solo en su papel.",

  "backup.heading": "Copia de seguridad",
  "backup.lead.patient":
    "Una copia de sus registros en un archivo, cerrada con su kit. Mientras este perfil está abierto, lo nuevo se añade cada media hora.",
  "backup.lead.doctor":
    "Una copia de su lista y sus ajustes en un archivo, cerrada con su kit. No contiene registros de ningún paciente. Mientras este perfil está abierto, lo nuevo se añade cada media hora.",
  "backup.lead.desk":
    "Una copia del registro y de las llaves de su clínica en un archivo, cerrada con su kit. Mientras este perfil está abierto, lo nuevo se añade cada media hora.",
  "backup.none": "Todavía no hay ninguna copia",
  "backup.now": "Hacer la copia ahora",
  "backup.done": "La copia está hecha",
  "backup.stopped": "La copia se detuvo. La anterior sigue entera.",
  "backup.fileHint":
    "Lo mejor es una memoria o un disco que se guarda aparte. El archivo no dice nada sin el kit.",
  "backup.fileOlder":
    "Cuando el archivo crece demasiado, se escribe de nuevo. Entonces tiene las últimas diez versiones, o solo la más nueva si ocupan demasiado.",
  "backup.fileChoose": "Elegir un lugar",
  "backup.fileOther": "Elegir otro lugar",
  "backup.fileForget": "Dejar de guardar en este archivo",
  "backup.fileForgot": "Ya no se escribe nada en ese archivo. Sigue donde estaba.",
  "backup.fileName": "Archivo",
  "backup.last": "Último cambio en ella",
  "backup.never": "Todavía no",
  "backup.size": "Tamaño",
  "backup.versions": "Versiones en ella",
  "backup.kitFirst": "Confirme primero su kit. Las copias se cierran con él.",
  "backup.age": "{n, plural, =0 {hoy} one {hace # día} other {hace # días}}",
  "backup.complete": "Lo tiene todo hasta",
  "backup.relay": "Copia en el servidor de enlace de la clínica",
  "backup.relayLead":
    "La misma copia, guardada por el servidor que lleva lo que usted comparte. No hace falta ninguna memoria, y lo nuevo se añade solo.",
  "backup.relayLead.doctor":
    "La misma copia, guardada por el servidor por el que comparten sus pacientes. No hace falta ninguna memoria, y lo nuevo se añade solo.",
  "backup.relayApart":
    "Tiene su turno hacia el {date}, si abre Keyward una vez al día. Si la envía ya y hoy un espacio tuvo su turno, quien lleva el servidor puede notar que los dos son de usted.",
  "backup.relayHint":
    "El servidor ve cuánto ocupa y cuándo cambia. No puede leerla, y nadie le dice que es suya. Por las horas puede notar qué espacios son suyos también.",
  "backup.relayHint.doctor":
    "El servidor sabe que es suya, cuánto ocupa y cuándo cambia. No puede leerla. Si la clínica le da de baja, se queda allí el tiempo que la clínica haya fijado, y después se borra.",
  "backup.relayWaits":
    "Sigue cuando la clínica le haya invitado otra vez. Hasta entonces no se le añade nada.",
  "backup.relayHere":
    "Este servidor está en este mismo equipo. Una copia allí se pierde junto con él. Use también un archivo.",
  "backup.relayOn": "Guardar una copia en el servidor",
  "backup.relayNow": "Enviar lo nuevo",
  "backup.relayDone": "El servidor lo tiene todo",
  "backup.relayStopped": "Se detuvo. Lo que el servidor tenía antes sigue entero.",
  "backup.relayAddress": "Dónde está",
  "backup.relayAddressHint": "Anótelo junto a las palabras de su kit, si no está en la hoja.",
  "backup.relayRoom": "Espacio",
  "backup.relayRoomOf": "{used} de {most}",
  "backup.relayVersions": "{n, plural, one {# versión allí} other {# versiones allí}}",
  "backup.relayVersion": "{date}: {size}",
  "backup.relayKeeps":
    "El servidor guarda las últimas diez, y la primera de cada uno de los últimos 14 días y 24 meses con cambios.",
  "backup.relayStranger": "Otro equipo ha cambiado esta copia",
  "backup.relayStrangerWhy":
    "Se vio el {date}. Si no fue usted, alguien tiene sus llaves: haga un kit nuevo.",
  "backup.relayDeleting": "Lo que hay en el servidor se borra en cuanto se pueda llegar a él.",
  "backup.relayDeleted":
    "Está borrada en el servidor, que lo ha firmado. El último rastro se sobrescribe a más tardar el {date}.",
  "backup.relayOff": "Dejarlo, y borrarla allí",
  "backup.relayOffAsk": "¿Borrar la copia del servidor?",
  "backup.relayOffWhy": "Se borran todas sus versiones en el servidor. Una copia en un archivo no se toca.",
  "backup.relayOffGo": "Borrarla allí",
  "backup.relayOffKeep": "Conservarla",
  "backup.relayJoin": "Para esto, primero únase a una clínica.",
  "backup.inFile": "Copia en un archivo",

  "restore.heading": "Recuperar un perfil",
  "restore.lead": "Necesita su kit de recuperación y una copia.",
  "restore.welcome": "Tengo un kit de recuperación",
  "restore.welcomeHint": "Recupere un perfil de otro equipo o de antes.",
  "restore.step.kit": "Su kit",
  "restore.step.source": "Su copia",
  "restore.kitText": "Las doce palabras, o el texto de la imagen",
  "restore.kitHint":
    "Escriba las palabras en orden, con un espacio entre ellas. Da igual mayúsculas o minúsculas.",
  "restore.kitMissing": "Escriba primero las doce palabras",
  "restore.kitImage": "Elegir una foto de la imagen",
  "restore.kitRead": "Usar este kit",
  "restore.kitOk": "El kit es correcto",
  "restore.fromFileHint":
    "Está en una memoria, un disco o este equipo. A menudo se llama keyward-backup.kwb.",
  "restore.sourceMissing": "Elija primero el archivo de la copia",
  "restore.pick": "Elegir el archivo",
  "restore.picked": "Elegido: {name}",
  "restore.look": "Abrir la copia",
  "restore.found": "El perfil «{name}» está en esta copia",
  "restore.versions": "¿Qué versión?",
  "restore.newest": "La más nueva",
  "restore.versionHint": "{records, plural, one {# registro} other {# registros}}, {size}",
  "restore.cut":
    "Algo de esta copia no está entero, así que puede faltar el último cambio. Las versiones de abajo están enteras.",
  "restore.alreadyHere":
    "Parece que este perfil ya está en este equipo. Lo que recupere será un segundo perfil. El que está aquí se queda como está.",
  "restore.name": "Nombre de este perfil",
  "restore.whatFollows": "Qué pasa después",
  "restore.follow1.patient": "Vuelven sus registros, sus archivos originales y sus ajustes.",
  "restore.follow1.doctor":
    "Vuelven su lista de pacientes y sus ajustes. Los registros que le mostraron no vuelven.",
  "restore.follow1.desk": "Vuelven el registro, las llaves de su clínica y sus ajustes.",
  "restore.follow2.patient":
    "Este equipo recibe llaves nuevas. Con ellas nadie más lee nada hasta que vuelva a compartir.",
  "restore.follow2.doctor":
    "Este equipo tiene llaves nuevas. Pida en recepción que le inviten otra vez. Así el viejo queda fuera.",
  "restore.follow2.desk":
    "Este equipo recibe una llave nueva para la recepción. Lo que tenía el servidor de enlace no está en la copia.",
  "restore.follow3.patient":
    "En cuanto se pueda llegar a {clinic}, se cambian las llaves perdidas. Entonces el equipo antiguo queda fuera y lo que compartió termina. Puede volver a compartir.",
  "restore.follow3.doctor":
    "Después se pregunta a sus pacientes de {clinic} si vuelven a compartir con usted.",
  "restore.follow3.desk":
    "No abra más {clinic} en el equipo antiguo. Dos copias de una clínica dejan de coincidir.",
  "restore.go": "Recuperarlo",
  "restore.running": "Recuperando su perfil",
  "restore.runningHint": "Puede detenerlo en cualquier momento. No se guarda nada a medias.",
  "restore.cancelled": "Se detuvo, y no se ha guardado nada",
  "restore.again": "Elegir otra vez",
  "restore.from": "¿Dónde está su copia?",
  "restore.fromFile": "En un archivo",
  "restore.fromRelay": "En el servidor de enlace de la clínica",
  "restore.fromRelayHint": "Si lo había activado. Hace falta internet.",
  "restore.address": "Dirección del servidor de enlace",
  "restore.addressHint": "Está en la hoja de su kit. O pregunte en su clínica.",
  "restore.addressMissing": "Escriba primero la dirección del servidor",

  "restored.heading": "Esto es lo que ha vuelto",
  "restored.lead": "De la copia del {date}.",
  "restored.open": "Abrir el perfil",
  "restored.here": "De vuelta en este equipo",
  "restored.records": "{n, plural, one {# registro} other {# registros}}",
  "restored.originals": "{n, plural, one {# archivo original} other {# archivos originales}}",
  "restored.spaces": "{n, plural, one {# espacio} other {# espacios}}",
  "restored.shares": "{n, plural, one {# acceso compartido} other {# accesos compartidos}}",
  "restored.accesses": "{n, plural, one {# visita en el historial} other {# visitas en el historial}}",
  "restored.keysWaiting": "Las llaves nuevas están en camino",
  "restored.keysWaitingWhy":
    "En cuanto se pueda llegar a la clínica, llaves nuevas ocupan el lugar de las perdidas. Entonces el equipo antiguo queda fuera y lo que compartió ha terminado.",
  "restored.keysDone": "El equipo perdido queda fuera",
  "restored.keysDoneWhy":
    "Llaves nuevas han ocupado el lugar de las perdidas. Lo que compartió antes ha terminado.",
  "restored.keysDesk": "Su clínica tiene que dejarle entrar otra vez",
  "restored.keysDeskWhy":
    "No se pudieron cambiar las llaves perdidas. Diga en recepción que ha perdido su equipo, para que lo paren.",
  "restored.share": "Con {name}",
  "restored.next": "Qué hacer ahora",
  "restored.kit":
    "Su kit sigue valiendo. Elija un lugar para las copias en este equipo y guarde el archivo antiguo.",
  "restored.empty": "En este equipo no se ha recuperado nada",
  "restored.emptyHint": "Esta página cuenta qué ha vuelto después de recuperar un perfil.",
  "restored.settings": "Sus ajustes",
  "restored.not": "Sus llaves",
  "restored.running.patient": "Esto que compartió termina con las llaves perdidas:",
  "restored.running.doctor": "Estos pacientes compartían con sus llaves perdidas:",
  "restored.later.patient": "Lo que compartió después de esta copia también ha terminado y no aparece aquí.",
  "restored.later.doctor": "Quien empezó a compartir después de esta copia no aparece aquí.",
  "restored.join": "Pida en recepción una invitación nueva y únase otra vez a la clínica.",
  "restored.shareAgain.patient": "Vuelva a compartir con sus médicos. Sus espacios están ahí.",
  "restored.shareAgain.doctor":
    "En cuanto usted tiene llaves nuevas, se pregunta a cada paciente si vuelve a compartir con usted, y dice sí o no.",
  "restored.shareNew": "Cree un espacio y comparta con los médicos de su nueva clínica.",
  "restored.left": "Se ha unido a otra clínica",
  "restored.leftWhy":
    "Lo que compartió a través de {clinic} queda apartado. Puede seguir leyéndolo en Compartir. Nada de ello llega a la nueva clínica.",
  "restored.gone": "¿Ya no existe su clínica?",
  "restored.goneWhy":
    "Si la clínica ha cerrado, o estaba solo en el equipo perdido, nunca podrá dejarle entrar. Pida una invitación a otra clínica. Antes de que pase nada, se le explica qué significa.",
  "restored.goneJoin": "Mi clínica ya no existe: unirme a otra",
  "restored.joinAgain": "Unirme con una invitación nueva",
  "restored.kitRelay": "Su kit sigue valiendo, y la copia en el servidor sigue sola.",
  "restore.role.patient": "Es el perfil de un paciente.",
  "restore.role.doctor": "Es el perfil de un médico.",
  "restore.role.desk": "Es la recepción de una clínica, con la clínica misma.",
  "restored.people": "{n, plural, one {# ficha en el registro} other {# fichas en el registro}}",
  "restored.notBack": "Lo que no ha vuelto",
  "restored.deskRelay":
    "En un equipo nuevo, el servidor de enlace de esta clínica empieza vacío. Los pacientes tienen sus registros y los comparten otra vez. Quien también perdió este equipo recupera su propio perfil.",
  "restored.deskInvitations":
    "Lo que hizo después de esta copia se ha perdido. Repase el registro y vuelva a dar de baja a quien tenía que irse. Las invitaciones abiertas ya no valen: haga otras.",
  "restored.deskOnce": "No abra más la clínica en el equipo antiguo.",
  "restored.keysDoneWhy.doctor":
    "Su clínica le ha dado llaves nuevas. Se pregunta a cada paciente si vuelve a compartir con usted.",
  "restored.keysDeskWhy.doctor":
    "Sus llaves antiguas ya no valen aquí. Pida en recepción otra invitación. Así también queda fuera un equipo perdido.",
} satisfies Catalogue;
