import type { Catalogue } from "../i18n";

/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward no lee este tipo de archivo. Lee FHIR, C-CDA, PDF, imágenes, DICOM, Apple Health y CSV.",
  "refused.wrong-content":
    "El nombre promete otro tipo de archivo que el que hay dentro. Pida el archivo otra vez.",
  "refused.encrypted": "El archivo está cerrado con contraseña. Guarde una copia sin ella y añádala.",
  "refused.archive-bomb":
    "Al abrir este archivo saldría mucho más de lo que parece, o tiene dentro muchos otros. Ábralo usted y añada lo que necesite.",
  "refused.unsafe": "El archivo pide cosas de fuera de él. Keyward no hace eso. Pídalo otra vez.",
  "refused.needs-answer": "No dijo qué significan las columnas de esta tabla.",
  "refused.partly-read": "El archivo está dañado a partir de cierto punto. Lo anterior se ha añadido.",
  "refused.covered": "Las mismas lecturas están en otro archivo de esta exportación, que sí se ha añadido.",
  "error.file-not-written.what": "No se pudo guardar el archivo ahí",
  "error.file-not-written.mend":
    "Compruebe que hay espacio y que puede escribir en esa carpeta, o elija otro lugar.",
} satisfies Catalogue;
