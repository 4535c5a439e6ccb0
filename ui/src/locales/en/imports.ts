/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward does not read this kind of file. It reads FHIR, C-CDA, PDF, pictures, DICOM, Apple Health and CSV.",
  "refused.wrong-content":
    "The name promises another kind of file than what is in it. Ask for the file again.",
  "refused.encrypted": "The file is locked with a password. Save a copy without one and add that.",
  "refused.archive-bomb":
    "The archive would unpack to far more than its size, or has too many archives inside. Unpack it yourself and add what you need.",
  "refused.unsafe":
    "The file asks for things from outside itself. Keyward does not follow that. Ask for it again.",
  "refused.needs-answer": "You did not say what the columns of this table mean.",
  "refused.partly-read": "The file is damaged from some point on. What came before that was added.",
  "refused.covered": "Another file of this export has the same readings. That one was added.",
  "error.file-not-written.what": "The file could not be saved there",
  "error.file-not-written.mend":
    "Check that there is room and that you may write in that folder, or choose another place.",
} as const;
