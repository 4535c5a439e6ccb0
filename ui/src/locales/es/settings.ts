import type { Catalogue } from "../i18n";

export const settings = {
  "settings.heading": "Ajustes",
  "settings.lead": "Son para este perfil en este equipo.",
  "settings.looks": "Aspecto",
  "settings.theme": "Colores",
  "settings.theme.system": "Como en este equipo",
  "settings.theme.light": "Claros",
  "settings.theme.dark": "Oscuros",
  "settings.language": "Idioma",
  "settings.textSize": "Tamaño del texto",
  "settings.textSize.100": "Normal",
  "settings.textSize.125": "Algo mayor",
  "settings.textSize.150": "Grande",
  "settings.textSize.200": "El doble",
  "settings.lock": "Bloqueo automático",
  "settings.systemLock":
    "Keyward también se bloquea cuando usted bloquea este equipo y antes de que entre en suspensión.",
  "settings.lockByKey":
    "«Bloquear» está después de los demás lugares. Las teclas Ctrl, Mayús y L juntas hacen lo mismo.",
  "settings.lockWithTitle": "Qué protege el bloqueo, con frase de contraseña",
  "settings.lockWithoutTitle": "Qué protege el bloqueo, sin frase de contraseña",
  "settings.lockPassphrase": "Puede poner una frase más abajo.",
  "settings.lockMemory":
    "Al bloquear, los registros y las llaves salen de esta ventana y de la memoria de la aplicación.",
  "settings.lockClipboard":
    "También sale del portapapeles lo que copió en Keyward. Lo que copió en otro programa se queda. Lo que ya pegó en otro sitio también. Keyward pide a los programas que guardan copias antiguas que no guarden esto, pero no puede obligarlos.",
  "settings.lockFrames":
    "En este equipo queda una cosa: las palabras que usted marca y copia en «Texto de quien lo envía», o en un documento hecho como página web. Si las ha copiado, copie otra cosa antes de irse.",
  "settings.privacy": "Privacidad",
  "travel.label": "Cómo viajan las cosas",
  "travel.atOnce": "Enseguida",
  "travel.apart": "Por separado",
  "travel.atOnceMeans":
    "Sus espacios se atienden uno tras otro mientras Keyward está abierto. Lo que comparte llega pronto. Pero quien lleva el servidor puede notar por las horas que son de una sola persona.",
  "travel.apartMeans":
    "Sus espacios se atienden de uno en uno, con horas entre ellos. También la copia en el servidor. Los datos llegan al médico después de días, y usted sabe tarde quién los vio. Es más difícil notar por las horas que sus espacios son de una sola persona. Abra Keyward una vez al día, para que cada uno tenga su turno.",
  "travel.apartNew":
    "La clínica confirma espacios solo al final de cada tres meses. Un espacio nuevo puede esperar semanas, salvo que usted lo envíe ya.",
  "travel.apartEnds": "Quitar el acceso nunca espera. Se hace enseguida.",
  "settings.safety": "Conservar y marcharse",
  "settings.minutes": "Bloquear después de estos minutos sin actividad",
  "settings.minutesHint": "De 1 a 120.",
  "settings.minutesWrong": "Escriba un número entero de 1 a 120",
  "settings.saveMinutes": "Guardar los minutos",
  "settings.minutesSaved":
    "Keyward se bloquea ahora después de {n, plural, one {# minuto} other {# minutos}}",
  "settings.passphraseNew": "Poner una frase de contraseña",
  "settings.passphraseChange": "Cambiar o quitar la frase de contraseña",
  "settings.passphraseCurrent": "Frase de contraseña actual",
  "settings.passphraseSave": "Guardar la frase",
  "settings.passphraseRemove": "Quitar la frase",
  "settings.passphraseSaved": "La frase de contraseña está puesta. La necesitará la próxima vez.",
  "settings.passphraseRemoved":
    "La frase de contraseña se ha quitado. Ahora solo el llavero abre este perfil.",
  "settings.others": "Otros perfiles",
  "settings.othersHint": "Abra otro perfil o cree uno nuevo. Este sigue abierto.",
  "settings.about": "Sobre Keyward",
  "settings.version": "Versión",
  "settings.profile": "Perfil",
  "settings.clinic": "Clínica",
  "settings.licence": "Licencia",
  "settings.licenceWords": "Apache 2.0. La letra Inter tiene la SIL Open Font License.",
  "settings.relayLink": "Qué puede ver el servidor de enlace y qué no",

  "relay.heading": "Qué puede ver el servidor de enlace y qué no",
  "relay.lead": "El servidor de enlace es el equipo que lleva los registros cerrados del paciente al médico.",
  "relay.hereTitle": "Su servidor de enlace funciona en este equipo",
  "relay.here": "Nada sale de este equipo. Aún no se puede llegar a médicos en otros equipos.",
  "relay.cannot": "No puede ver",
  "relay.cannot1":
    "Lo que hay en los registros. Se cierran con llave antes de salir, y el servidor de enlace nunca tiene la llave.",
  "relay.cannot2":
    "De quién son los registros. Cada espacio para compartir tiene su propia cara, que no dice ningún nombre.",
  "relay.cannot3": "Cómo se llaman sus espacios y sus tipos de registros.",
  "relay.can": "Puede ver",
  "relay.can1": "Cuántos registros cerrados hay, qué tamaño tienen más o menos y cuándo van y vienen.",
  "relay.can2": "Con qué médicos comparte un espacio y hasta cuándo.",
  "relay.can3":
    "Cuándo un médico recoge algo y cuántos registros. Lo firma, y usted puede leerlo en el historial de accesos.",
  "relay.can4": "La dirección de red que usa su equipo.",
  "relay.can5": "Que varios tipos de registros pertenecen a un mismo espacio.",
  "relay.can6":
    "Cuándo preguntan sus espacios y su copia. Por las horas puede notar que son de una sola persona.",
  "relay.limits": "Lo que ninguna aplicación puede prometer",
  "relay.limits1":
    "Lo que un médico ya recogió no se puede recuperar. Al dejar de compartir, solo se impide recoger cosas nuevas.",
  "relay.limits2":
    "Si el servidor de enlace y un médico trabajan juntos en su contra, pueden quedarse con lo que ese médico recibió. No obtienen nada que usted no haya compartido con ese médico.",
} satisfies Catalogue;
