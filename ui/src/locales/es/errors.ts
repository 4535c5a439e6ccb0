import type { Catalogue } from "../i18n";

/** For every code of the core: what happened, and how to mend it. No codes, no blame. */
export const errors = {
  "error.internal.what": "Algo en Keyward no funcionó",
  "error.internal.mend":
    "No se ha perdido nada de lo guardado. Inténtelo de nuevo, o cierre la ventana y ábrala otra vez.",
  "error.cancelled.what": "Se detuvo",
  "error.cancelled.mend": "Puede empezar de nuevo cuando quiera.",
  "error.not-found.what": "Ya no está ahí",
  "error.not-found.mend": "Puede que se haya quitado entretanto. Vuelva atrás y mire la lista.",
  "error.field.what": "Hay que revisar una de las respuestas",
  "error.field.mend": "Corríjala e inténtelo de nuevo. Lo que escribió sigue ahí.",
  "error.not-enrolled.what": "Aún no se ha unido a una clínica",
  "error.not-enrolled.mend": "Pida una invitación en recepción y luego pulse «Unirse a una clínica».",
  "error.not-allowed.what": "Esta ventana no puede hacer eso",
  "error.not-allowed.mend": "Abra el perfil que sí puede, por ejemplo el de recepción.",
  "error.locked.what": "El perfil está bloqueado",
  "error.locked.mend": "Desbloquéelo para continuar. Lo que escribió se ha guardado.",
  "error.copy-too-long.what": "Es demasiado texto para copiarlo de una vez",
  "error.copy-too-long.mend": "No se pueden copiar más de {limit} MB. Copie una parte, o imprímalo.",
  "error.clipboard-refused.what": "Este equipo no dejó que Keyward copiara",
  "error.clipboard-refused.mend": "Inténtelo de nuevo. Si sigue así, imprímalo o anótelo.",
  "error.vault-full.what": "El disco está lleno, así que no se guardó nada",
  "error.vault-full.mend": "Libere espacio en el disco e inténtelo de nuevo. Lo guardado antes está intacto.",
  "error.vault-io.what": "No se pudo leer ni escribir en el disco, así que no se guardó nada",
  "error.vault-io.mend":
    "Compruebe que el disco está conectado y que se puede escribir en él. Luego inténtelo de nuevo.",
  "error.vault-corrupt.what": "El archivo con sus registros está dañado",
  "error.vault-corrupt.mend":
    "Keyward no lo ha cambiado. En la primera página, Keyward puede guardar lo que sigue entero. Si tiene un kit de recuperación y una copia, puede recuperarlo todo: elija allí «Tengo un kit de recuperación».",
  "error.vault-newer.what": "Estos registros los guardó un Keyward más nuevo",
  "error.vault-newer.mend": "Instale la versión más nueva. El archivo no se ha tocado.",
  "error.vault-in-use.what": "Este perfil está abierto en otro Keyward",
  "error.vault-in-use.mend": "Cierre primero el otro. El archivo no se ha tocado.",
  "error.vault-busy.what": "Keyward está ocupado con otra cosa",
  "error.vault-busy.mend": "Espere un momento e inténtelo de nuevo.",
  "error.keyring-absent.what": "Este equipo no tiene un llavero que Keyward pueda usar",
  "error.keyring-absent.mend":
    "Inicie el llavero de este equipo o instale uno (en Linux, por ejemplo, GNOME Keyring o KWallet). Luego inténtelo de nuevo.",
  "error.keyring-locked.what": "El llavero del equipo está bloqueado",
  "error.keyring-locked.mend":
    "Desbloquee el llavero, normalmente con su contraseña de inicio de sesión, e inténtelo de nuevo.",
  "error.keyring-missing.what": "El llavero no tiene la llave de este perfil",
  "error.keyring-missing.mend":
    "Sus datos están intactos, pero cerrados. Entre con el usuario que creó el perfil, o recupere el llavero de una copia de seguridad de este equipo.",
  "error.keyring-changed.what": "La llave del llavero no es la de este perfil",
  "error.keyring-changed.mend":
    "Sus datos están intactos, pero cerrados. Recupere el llavero anterior de una copia de seguridad de este equipo.",
  "error.keyring-timeout.what": "El llavero no respondió",
  "error.keyring-timeout.mend":
    "Busque una ventana que pida la contraseña del llavero, respóndala e inténtelo de nuevo.",
  "error.keyring-failed.what": "El llavero se negó",
  "error.keyring-failed.mend":
    "Inténtelo de nuevo. Si sigue igual, cierre la sesión del equipo y vuelva a entrar.",
  "error.passphrase-wrong.what": "Esa no es la frase de contraseña de este perfil",
  "error.passphrase-wrong.mend": "Revise las mayúsculas y el idioma del teclado, y escríbala otra vez.",
  "error.passphrase-needed.what": "Este perfil necesita su frase de contraseña",
  "error.passphrase-needed.mend": "Escriba la frase que le puso.",

  "error.relay-unreachable.what": "No se puede llegar al servidor de enlace",
  "error.relay-unreachable.mend":
    "No se pierde nada. Lo que usted decidió espera y se hará cuando el servidor vuelva.",
  "error.relay-refused.what": "El servidor de enlace lo rechazó",
  "error.relay-refused.mend": "Inténtelo de nuevo. Si sigue igual, avise a su clínica.",
  "error.relay-limited.what": "El servidor de enlace pide esperar un poco",
  "error.relay-limited.mend": "Hubo muchas peticiones en poco tiempo. Seguirá por sí solo.",
  "error.relay-misbehaves.what": "La respuesta del servidor de enlace no puede ser correcta",
  "error.relay-misbehaves.mend":
    "No se usó nada de ella. El servidor puede estar roto o alguien lo ha manipulado: avise a su clínica.",
  "error.clock-differs.what": "El reloj de este equipo y el del servidor de enlace difieren demasiado",
  "error.clock-differs.mend": "Ponga bien la fecha y la hora de este equipo e inténtelo de nuevo.",
  "error.authority-unreachable.what": "No se puede llegar a la clínica",
  "error.authority-unreachable.mend":
    "Si la recepción funciona en este equipo, ábrala. Si no, revise la red e inténtelo de nuevo.",
  "error.authority-refused.what": "La clínica lo rechazó",
  "error.authority-refused.mend": "Pregunte en recepción.",
  "error.authority-limited.what": "La clínica pide esperar un poco",
  "error.authority-limited.mend":
    "Hubo muchos intentos en poco tiempo. Espere unos minutos e inténtelo de nuevo.",
  "error.authority-misbehaves.what": "La respuesta de la clínica no puede ser correcta",
  "error.authority-misbehaves.mend": "No se usó nada de ella. Pregunte en recepción.",
  "error.authority-changed.what": "Otra persona responde en la dirección de la clínica",
  "error.authority-changed.mend":
    "No se envió nada. No continúe; pregunte en recepción en persona o por teléfono.",

  "error.credential-epoch-differs.what": "La clínica dice cosas distintas a cada persona",
  "error.credential-epoch-differs.mend":
    "No se pidió ni se envió nada. Keyward guardó las dos respuestas como prueba. Avise a su clínica y no cree espacios hasta que se aclare.",
  "error.credential-waits.what": "Este espacio espera a que la clínica lo confirme",
  "error.credential-waits.mend":
    "Usted eligió que las cosas viajen por separado, así que se pregunta a la clínica en otro momento. Ocurre por sí solo. En la página de sus espacios puede enviarlo ya.",
  "error.credential-misbehaves.what": "La respuesta de la clínica no coincide con lo que publicó",
  "error.credential-misbehaves.mend":
    "No se usó nada de ella. Sus espacios siguen igual. Avise a su clínica si vuelve a pasar.",
  "error.credential-exhausted.what": "Por ahora no se pueden confirmar más espacios",
  "error.credential-exhausted.mend":
    "Cada equipo puede confirmar un número fijo en tres meses. Desde el {again} habrá más. Los espacios que tiene siguen igual.",
  "error.credential-not-issued.what": "Por ahora la clínica no le confirma nada más",
  "error.credential-not-issued.mend":
    "Pasa tras usar varios equipos nuevos en tres meses, o si la clínica cambió de equipo. Desde el {again} será posible otra vez.",
  "error.credential-refused.what": "La clínica no quiso confirmar este espacio",
  "error.credential-refused.mend":
    "Puede que se use una copia de este perfil en otro equipo. Use solo uno de los dos. Keyward lo intenta otra vez por sí solo.",
  "warning.found": "Visto el {date}. Queda aquí hasta que usted lo quite.",
  "warning.dismiss": "Lo he leído, quitar",

  "error.invitation-unreadable.what": "Esto no es una invitación que Keyward pueda leer",
  "error.invitation-unreadable.mend":
    "Pegue la invitación entera, o escriba el código de cuatro grupos de la hoja.",
  "error.invitation-typo.what": "El código tiene un error al escribir",
  "error.invitation-typo.mend": "Compárelo con la hoja. Nunca tiene un cero, una O, un uno ni una I.",
  "error.invitation-needs-whole.what": "Aquí el código solo no basta",
  "error.invitation-needs-whole.mend":
    "Pegue la invitación entera o elija una imagen del cuadro, para que Keyward sepa a qué clínica preguntar.",
  "error.invitation-expired.what": "El plazo de esta invitación ha terminado",
  "error.invitation-expired.mend": "Pida una nueva en recepción.",
  "error.invitation-other-purpose.what": "Esta invitación es para otro tipo de perfil",
  "error.invitation-other-purpose.mend":
    "Los pacientes usan una, los profesionales otra. Pida en recepción la que le toca a usted.",
  "error.invitation-refused.what": "La clínica no acepta esta invitación",
  "error.invitation-refused.mend":
    "{reason, select, used {Ya se ha usado. Si no fue usted, avise a recepción. Allí pueden hacer una nueva.} withdrawn {La recepción la ha retirado. Pida allí una nueva.} keyTaken {Otro perfil de este equipo la ha usado. Pida una nueva en recepción.} other {Puede que se haya probado demasiadas veces, o que sea de otra clínica. Revise el código o pida una nueva en recepción.}}",
  "error.invitation-other-computer.what": "Esta invitación solo sirve en el equipo en que se hizo",
  "error.invitation-other-computer.mend": "Úsela allí, o pida en recepción una que funcione por la red.",
  "error.invitation-newer.what": "Esta invitación es para un Keyward más nuevo",
  "error.invitation-newer.mend": "Instale la versión más nueva e inténtelo de nuevo.",
  "error.invitation-impostor.what": "La clínica que responde no es la de la invitación",
  "error.invitation-impostor.mend": "No se envió nada. No continúe; enseñe la invitación en recepción.",
  "error.already-enrolled.what": "Este perfil ya se ha unido a una clínica",
  "error.already-enrolled.mend": "Para unirse a otra clínica, cree otro perfil.",
  "error.invitation-other-clinic.what": "Esta invitación es de otra clínica, no de la suya",
  "error.invitation-other-clinic.mend":
    "No se envió nada. Vuelva a ver la invitación: antes de unirse se le explica qué significa dejar {clinic}.",
  "error.image-without-invitation.what": "En esta imagen no hay ninguna invitación",
  "error.image-without-invitation.mend": "Elija una imagen nítida del cuadro entero, o escriba el código.",

  "error.doctor-unknown.what": "Este médico no está en la lista de su clínica",
  "error.doctor-unknown.mend": "Mire la lista otra vez, o pregunte en recepción.",
  "error.doctor-key-changed.what": "La llave de este médico ha cambiado",
  "error.doctor-key-changed.mend":
    "Antes de compartir, pregunte al médico por teléfono si la llave nueva es suya.",
  "error.doctor-removed.what": "Este médico ya no está en la clínica",
  "error.doctor-removed.mend": "Elija otro médico.",
  "error.doctor-certificate-ends.what": "La clínica responde por este médico solo por menos tiempo",
  "error.doctor-certificate-ends.mend": "Elija un final más cercano. Podrá ampliarlo después.",
  "error.nothing-chosen.what": "No ha elegido nada para compartir",
  "error.nothing-chosen.mend": "Vuelva atrás y marque al menos un tipo de registros.",
  "error.end-in-past.what": "El final está en el pasado",
  "error.end-in-past.mend": "Elija un día posterior.",
  "error.end-too-far.what": "El final está a más de dos años",
  "error.end-too-far.mend": "Elija un día más cercano. Podrá ampliarlo después.",
  "error.end-not-later.what": "El nuevo final no es posterior al actual",
  "error.end-not-later.mend": "Elija un día posterior, o deje de compartir si quiere que termine antes.",
  "error.record-shared.what": "Este registro está en algo que comparte ahora: {doctors}",
  "error.record-shared.mend":
    "Primero deje de compartirlo. Luego mueva el registro y comparta otra vez: sin él, si no incluye su parte nueva.",
  "error.record-fixed.what": "Los datos personales van juntos",
  "error.record-fixed.mend":
    "Sin ellos no se puede decir que los demás registros son suyos. Puede no incluirlos cuando comparta.",
  "error.share-over.what": "Esto ya no se comparte",
  "error.share-over.mend": "Empiece de nuevo si quiere volver a compartir.",
  "error.share-exists.what": "Ya comparte con este médico desde este espacio",
  "error.share-exists.mend": "Amplíe lo que comparte o deje de compartirlo primero, o elija otro espacio.",

  "error.selection-gone.what": "Los archivos que eligió ya no se conocen aquí",
  "error.selection-gone.mend": "Elíjalos de nuevo.",
  "error.import-running.what": "Ya se están añadiendo registros",
  "error.import-running.mend": "Espere a que termine, o deténgalo.",

  "error.kit-unreadable.what": "Esto no es un kit de recuperación",
  "error.kit-unreadable.mend":
    "Escriba las doce palabras en orden, o elija una foto nítida de toda la imagen.",
  "error.kit-word.what": "La palabra número {place} no es de ningún kit",
  "error.kit-word.mend": "Mírela otra vez en su papel. Puede haber dos letras cambiadas.",
  "error.kit-typo.what": "Las doce palabras no encajan entre sí",
  "error.kit-typo.mend": "Una es otra palabra, o hay dos cambiadas. Compare cada una con su papel.",
  "error.kit-newer.what": "Este kit es de un Keyward más nuevo",
  "error.kit-newer.mend": "Instale la versión más nueva e inténtelo de nuevo.",
  "error.kit-gone.what": "Este equipo ya no puede mostrar las palabras",
  "error.kit-gone.mend": "Solo están en su papel. Si se ha perdido, haga un kit nuevo.",
  "error.kit-without-relay.what": "El kit no dice dónde está el servidor de enlace",
  "error.kit-without-relay.mend":
    "Use la imagen del kit, escriba la dirección del servidor o elija un archivo de copia.",
  "error.backup-none.what": "Ahí no hay ninguna copia de seguridad",
  "error.backup-none.mend":
    "Busque el archivo, la memoria o el disco de su copia. Si es un servidor, revise el kit y la dirección.",
  "error.backup-of-another.what": "Este kit no abre esta copia",
  "error.backup-of-another.mend": "Use el kit que se hizo para ella, o elija otra copia.",
  "error.backup-damaged.what": "Esta copia está dañada",
  "error.backup-damaged.mend": "No se puede recuperar entera. Elija otra copia del archivo.",
  "error.backup-newer.what": "Esta copia es de un Keyward más nuevo",
  "error.backup-newer.mend": "Instale la versión más nueva e inténtelo de nuevo. El archivo no se ha tocado.",
  "error.backup-other-role.what":
    "{role, select, doctor {Esta copia es del perfil de un médico} desk {Esta copia es de la recepción de una clínica} other {Esta copia es del perfil de un paciente}}",
  "error.backup-other-role.mend":
    "No se ha recuperado nada. Elija la copia de este perfil, o empiece otra vez en la primera ventana.",
  "error.clinic-here.what": "Ya hay otra clínica en este equipo",
  "error.clinic-here.mend":
    "Un equipo tiene una sola clínica. Recupere esta en otro equipo. No se ha cambiado nada.",
  "error.clinic-in-use.what": "Otros usan todavía esta clínica",
  "error.clinic-in-use.mend":
    "No se ha borrado nada. Retire antes a las personas y quite a los médicos, o pase la clínica a otra persona.",
  "error.backup-place-gone.what": "El lugar de la copia no está",
  "error.backup-place-gone.mend": "Conecte la memoria o el disco e inténtelo de nuevo. O elija otro lugar.",
  "error.backup-too-large.what": "En el servidor de enlace no cabe esta copia",
  "error.backup-too-large.mend":
    "Haga la copia en un archivo. Lo que ya está en el servidor de enlace se queda allí.",
  "error.backup-running.what": "Keyward ya está ocupado con esto",
  "error.backup-running.mend": "Espere a que termine, o deténgalo.",
  "error.share-key-lost.what":
    "Esto se compartió con una llave que su kit de recuperación no puede sustituir",
  "error.share-key-lost.mend": "No se puede detener desde aquí; termina en su día.",
  "error.leaving-begun.what": "Este perfil se está borrando",
  "error.leaving-begun.mend":
    "Ya no se envía ni se recibe nada. Abra «Llevárselo o borrarlo todo» en Ajustes para terminarlo.",

  "error.share-revoked.what": "El paciente ha dejado de compartir",
  "error.share-revoked.mend":
    "Las copias de aquí se han borrado. Si aún necesita los registros, pida al paciente que los comparta otra vez.",
  "error.share-ended.what": "El plazo para esto ha terminado",
  "error.share-ended.mend":
    "Las copias de aquí se han borrado. Si aún necesita los registros, pida al paciente que los comparta otra vez.",
  "error.share-incomplete.what": "Esto no ha llegado completo",
  "error.share-incomplete.mend": "La parte que falta se pide otra vez por sí sola.",
  "error.letter-epoch-differs.what": "Una carta no encaja con lo que su clínica dice a todos",
  "error.letter-epoch-differs.mend":
    "No se tomó ni se muestra nada de ella. Puede que la clínica, o quien tenga su clave, quiera saber quién es un paciente. O que un servicio haya vuelto a un estado viejo. Pregunte a su clínica qué pasó. No diga a qué paciente espera. Keyward guardó las dos respuestas como prueba.",
  "error.letter-epoch-irregular.what": "Una carta usa reglas que ninguna clínica puede poner",
  "error.letter-epoch-irregular.mend":
    "No se tomó ni se muestra nada de ella. La clínica, o quien tenga su clave, firmó reglas solo para ella. Pregunte a su clínica qué pasó. No diga a qué paciente espera. Keyward guardó lo firmado como prueba.",
  "error.self-removed.what": "La clínica le ha dado de baja",
  "error.self-removed.mend": "Si es un error, pida en recepción que le inscriban otra vez.",

  "error.person-withdrawn.what": "Esta persona está retirada del registro",
  "error.person-withdrawn.mend": "Regístrela otra vez si fue un error.",
  "error.identity-unchecked.what": "Aún no se ha comprobado la identidad",
  "error.identity-unchecked.mend": "Anote lo que enseñó la persona y luego haga la invitación.",
  "error.person-similar.what": "Ya está registrada una persona muy parecida",
  "error.person-similar.mend": "Abra esa entrada si es la misma persona.",
  "error.conflict.what": "Alguien cambió esto entretanto",
  "error.conflict.mend": "Mírelo otra vez y repita lo que quería hacer.",

  "error.document-refused.what": "Esta parte del documento no se puede mostrar",
  "error.document-refused.mend":
    "{reason, select, tooSlow {Tardó demasiado y se detuvo.} tooLarge {Necesita demasiada memoria.} encrypted {Está protegida con una contraseña.} damaged {Está dañada.} noSuchPage {No existe esa página.} other {Su lector se detuvo.}} Puede guardar una copia del documento.",
} satisfies Catalogue;
