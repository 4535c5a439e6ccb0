import type { Catalogue } from "../i18n";

/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward no lee este tipo de archivo. Lee FHIR en JSON y XML, C-CDA, PDF, imágenes, DICOM, Apple Health y CSV.",
  "refused.wrong-content":
    "El nombre promete otro tipo de archivo que el que hay dentro. Pida el archivo otra vez.",
  "refused.encrypted": "El archivo está cerrado con contraseña. Guarde una copia sin ella y añádala.",
  "refused.archive-bomb":
    "Al abrir este archivo saldría mucho más de lo que parece, o tiene dentro muchos otros. Ábralo usted y añada lo que necesite.",
  "refused.unsafe": "El archivo pide cosas de fuera de él. Keyward no hace eso. Pídalo otra vez.",
  "refused.needs-answer": "No dijo qué significan las columnas de esta tabla.",
  "refused.partly-read": "El archivo está dañado a partir de cierto punto. Lo anterior se ha añadido.",
  "refused.covered": "Las mismas lecturas están en otro archivo de esta exportación, que sí se ha añadido.",
  "refused.document-too-large":
    "El documento pasa de 32 MB, lo máximo que Keyward lee como un documento. Guárdelo en partes más pequeñas, o con imágenes más pequeñas, y añádalas.",
  "refused.too-many-values":
    "Una parte del archivo tiene demasiados valores para leerla con seguridad. Pídalo en partes más pequeñas.",
  "report.list": "Ordenado según",
  "report.listName": "La lista de tipos privados de Keyward, versión {version}",
  "report.kept":
    "{n, plural, one {# parte guardada tal como llegó} other {# partes guardadas tal como llegaron}}",
  "report.piece": "Parte {n, number} del archivo",
  "report.pieceNamed": "Guardar el original de la parte {n, number} de {name}",
  "report.pieceSaved": "La parte {n, number} de {name} está guardada",
  "report.moreKept":
    "y {n, plural, one {# más. Guarde el informe para verla.} other {# más. Guarde el informe para verlas.}}",
  "kept.notJson": "Esta línea no es JSON, así que no se pudo leer nada de ella.",
  "kept.noResource": "En esta entrada no hay ningún registro.",
  "kept.noResourceType": "No dice qué tipo de registro es.",
  "kept.unknownType": "FHIR R4 no tiene este tipo de registro.",
  "kept.tooDeep": "Tiene demasiadas partes una dentro de otra para leerlo con seguridad.",
  "kept.tooLarge": "Es demasiado grande para leerlo con seguridad.",
  "kept.ambiguous": "Dice una cosa dos veces, así que no está claro qué significa.",
  "kept.noEquivalent": "FHIR no tiene un tipo de registro para esta parte.",
  "error.file-not-written.what": "No se pudo guardar el archivo ahí",
  "error.file-not-written.mend":
    "Compruebe que hay espacio y que puede escribir en esa carpeta, o elija otro lugar.",
} satisfies Catalogue;
