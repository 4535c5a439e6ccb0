import type { Catalogue } from "../i18n";

export const doctor = {
  "doctorHome.heading": "Quién comparte con usted",
  "doctorHome.lead": "Lo nuevo está primero.",
  "doctorHome.none": "Ahora nadie comparte con usted",
  "doctorHome.noneHint":
    "Cuando un paciente le elija, aquí aparecerá su nombre o un nombre inventado. No tiene que hacer nada.",
  "doctorHome.lost": "Ver quién compartía con sus llaves antiguas",
  "doctorHome.notEnrolled": "Aún no se ha unido a una clínica",
  "doctorHome.notEnrolledHint":
    "Pida en la recepción de su clínica que le inscriban. Recibirá una invitación con un código.",
  "doctorHome.tellApart": "Para distinguirlos:",
  "doctorHome.purpose": "Se comparte para: {purpose}",
  "doctorHome.over": "Terminado desde el {date}",
  "doctorHome.removed": "{clinic} le ha dado de baja",
  "doctorHome.removedHint":
    "Ya no se puede abrir nada. Si es un error, pida en recepción que le inscriban otra vez.",
  "doctorNew.heading": "Lo nuevo para usted",
  "doctorNew.lead": "Lo que aún no ha abierto y los registros que llegaron desde la última vez que miró.",
  "doctorNew.none": "Lo ha visto todo",
  "doctorNew.noneHint": "Aquí aparecerá lo nuevo que se comparta con usted.",
  "doctorEnded.heading": "Lo que ya no se comparte",
  "doctorEnded.lead": "Los registros se han borrado aquí. Solo queda constancia de que se compartieron.",
  "doctorEnded.none": "No ha terminado nada",
  "doctorEnded.noneHint": "Aquí se verá lo que terminó o lo que el paciente dejó de compartir.",
  "doctorSelf.heading": "Cómo le ven los pacientes",
  "doctorSelf.lead": "Si un paciente pregunta si es usted, léale su llave.",
  "doctorSelf.key": "Su llave",
  "doctorSelf.certifiedBy": "Responde por usted",
  "doctorSelf.validUntil": "Válido hasta",

  "vouched.by": "{clinic} responde por esto",
  "vouched.self": "Lo dice el paciente, no está comprobado",
  "vouched.pseudonym": "Un nombre inventado; la clínica responde de que hay una persona registrada detrás",
  "person.born": "fecha de nacimiento: {date}",
  "banner.label": "De quién es esta historia",

  "received.new": "Nuevo",
  "received.newRecords": "{n, plural, one {# registro nuevo} other {# registros nuevos}}",
  "received.live": "Se puede leer",
  "received.ended": "Terminado",
  "received.revoked": "El paciente lo detuvo",
  "received.keysLost": "Para llaves que ya no tiene",
  "received.incomplete": "Aún incompleto",
  "received.incompleteHeading": "Esto no ha llegado completo",
  "received.incompleteHint":
    "El servidor de enlace lo ha anunciado, pero aún falta el mensaje del paciente. Se pide otra vez por sí solo.",

  "identity.nameInRecord": "Nombre en el registro",
  "identity.differs": "El registro lleva otro nombre",
  "identity.differsHint": "Asegúrese de quién se trata antes de confiar en él. En el registro: {names}.",

  "alarm.gap.title": "Faltan registros: {what}",
  "alarm.gap": "La lista del paciente en «{what}» tiene huecos que el servidor de enlace no explica.",
  "alarm.rolledBack.title": "El servidor de enlace muestra un estado antiguo: {what}",
  "alarm.rolledBack":
    "Usted ya había visto un estado más nuevo de «{what}», del {seen}. Lo que el servidor envía ahora es más antiguo.",
  "alarm.quarantined.title": "Se apartaron registros: {what}",
  "alarm.quarantined":
    "{n, plural, one {# registro en «{what}» no es lo que firmó el paciente. Se apartó sin leerlo.} other {# registros en «{what}» no son lo que firmó el paciente. Se apartaron sin leerlos.}}",
  "alarm.wrongHead.title": "La lista no está firmada por el paciente: {what}",
  "alarm.wrongHead": "La lista en «{what}» lleva una firma equivocada. No se muestra nada de ella.",
  "alarm.several": "Algo va mal con esta historia",
  "alarm.whatToDoAll":
    "El servidor de enlace puede estar roto o alguien lo ha manipulado. No confíe en estas partes. Avise a su clínica y pregunte al paciente.",
  "alarm.whatToDo":
    "El servidor de enlace puede estar roto o alguien lo ha manipulado. No confíe en esta parte. Avise a su clínica y pregunte al paciente.",

  "over.thePatient": "El paciente",
  "over.revoked.heading": "{name} ha dejado de compartir con usted",
  "over.revoked.when": "{name} dejó de compartir el {date}.",
  "over.ended.heading": "Ha terminado lo que compartía {name}",
  "over.ended.when": "{name} compartió con usted hasta el {date}. Ese plazo ha terminado.",
  "over.keysLost.heading": "{name} tiene que volver a compartir con usted",
  "over.keysLost.when": "Lo que {name} compartió era para llaves que usted ya no tiene.",
  "over.erased": "Las copias de este equipo se han borrado y ya no se puede recoger nada más.",
  "over.notes":
    "Lo que usted escribió en sus propias notas no se toca. Sigue bajo las reglas de su profesión.",
  "over.ask": "Si aún necesita los registros, pida a {name} que los comparta otra vez.",
  "over.back": "Volver a sus pacientes",
} satisfies Catalogue;
