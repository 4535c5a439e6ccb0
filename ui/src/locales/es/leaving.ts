import type { Catalogue } from "../i18n";

/** Llevárselo todo, y médicos con claves nuevas. */
export const leaving = {
  "title.leaving": "Llevárselo todo",
  "leaving.lead":
    "Sus registros son suyos. Puede llevárselos todos, en formatos que otros programas saben leer.",
  "newKeys.title": "{name} tiene claves nuevas",
  "newKeys.why":
    "La clínica ha certificado de nuevo a {name}, por ejemplo porque perdió su equipo. Lo que usted comparte ya no le llega. Si le extraña, llame primero.",
  "newKeys.again": "Compartir lo mismo otra vez",
  "newKeys.same": "Los mismos registros, el mismo fin, hasta el {until}.",
  "newKeys.done": "Vuelve a compartir con {name}, hasta el {until}",
  "newKeys.fingerprint": "Clave nueva",
  "leaving.export": "Llevárselo todo",
  "leaving.exportHint":
    "Un archivo zip con todos los registros en formato FHIR, sus archivos originales, lo que comparte, quién miró y una página para leerlo en un navegador. No está cerrado: guárdelo bien.",
  "leaving.exportGo": "Exportar todo",
  "leaving.exported": "Se ha guardado todo",
  "leaving.exportedWhere": "El archivo es {name}.",
  "leaving.exportStopped": "La exportación se detuvo y no ha quedado ningún archivo",
  "leaving.exportedOn": "Última exportación",
} satisfies Catalogue;
