/** Taking everything along, and doctors with new keys. */
export const leaving = {
  "title.leaving": "Take everything with you",
  "leaving.lead":
    "Your records are yours. You can take all of them along, in formats that other programs can read.",
  "newKeys.title": "{name} has new keys",
  "newKeys.why":
    "The clinic has certified {name} again, for example after a lost computer. Your share no longer reaches them. If this surprises you, call them first.",
  "newKeys.again": "Share the same again",
  "newKeys.same": "The same records, the same purpose, until {until}.",
  "newKeys.done": "You share with {name} again, until {until}",
  "newKeys.fingerprint": "New key",
  "leaving.export": "Take everything with you",
  "leaving.exportHint":
    "One zip file with all records in the format FHIR, your original files, your shares, who looked, and a page to read it all in a browser. It is not locked: keep it safe.",
  "leaving.exportGo": "Export everything",
  "leaving.exported": "Everything was saved",
  "leaving.exportedWhere": "The file is {name}.",
  "leaving.exportStopped": "The export was stopped, and no file was left behind",
  "leaving.exportedOn": "Last exported",
} as const;
