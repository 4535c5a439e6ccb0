/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward does not read this kind of file. It reads FHIR in JSON and XML, C-CDA, PDF, pictures, DICOM, Apple Health and CSV.",
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
  "refused.document-too-large":
    "The document is larger than 32 MB, the most that Keyward reads as one document. Save it in smaller parts, or with smaller pictures, and add those.",
  "refused.too-many-values":
    "One part of the file has too many values to read it safely. Ask for it in smaller parts.",
  "report.list": "Sorted by",
  "report.listName": "Keyward’s list of private kinds, version {version}",
  "report.kept": "{n, plural, one {# piece kept as it came} other {# pieces kept as they came}}",
  "report.piece": "Piece {n, number} of the file",
  "report.pieceNamed": "Save the original of piece {n, number} of {name}",
  "report.pieceSaved": "Piece {n, number} of {name} is saved",
  "report.moreKept":
    "and {n, plural, one {# more. Save the report to see it.} other {# more. Save the report to see them.}}",
  "kept.notJson": "This line is not JSON, so nothing in it could be read.",
  "kept.noResource": "There is no record in this entry.",
  "kept.noResourceType": "It does not say what kind of record it is.",
  "kept.unknownType": "FHIR R4 has no such kind of record.",
  "kept.tooDeep": "Too many parts lie inside each other to read it safely.",
  "kept.tooLarge": "It is too large to read it safely.",
  "kept.ambiguous": "It says one thing twice, so it is not clear what is meant.",
  "kept.noEquivalent": "FHIR has no kind of record for this part.",
  "error.file-not-written.what": "The file could not be saved there",
  "error.file-not-written.mend":
    "Check that there is room and that you may write in that folder, or choose another place.",
} as const;
