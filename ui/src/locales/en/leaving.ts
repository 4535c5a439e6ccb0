/** Taking everything along, and doctors with new keys. */
export const leaving = {
  "title.leaving": "Take or delete everything",
  "leaving.lead":
    "Your records are yours. You can take all of them along, in formats that other programs can read.",
  "newKeys.title": "{name} has new keys",
  "newKeys.why":
    "The clinic has certified {name} again, for example after a lost computer. Your share no longer reaches them. If this surprises you, call them first.",
  "newKeys.again": "Share the same again",
  "newKeys.unknown":
    "Keyward could not find out if one of your doctors has new keys. The rest of this page is here.",
  "newKeys.same": "The same records, the same purpose, until {until}.",
  "newKeys.done": "You share with {name} again, until {until}",
  "newKeys.fingerprint": "New key:",
  "leaving.export": "Take everything with you",
  "leaving.exportHint":
    "One zip file with all records in the format FHIR, your original files, your shares, who looked, and a page to read it all in a browser. It is not locked: keep it safe.",
  "leaving.exportGo": "Export everything",
  "leaving.exported": "Everything was saved",
  "leaving.exportedWhere": "The file is {name}.",
  "leaving.exportStopped": "The export was stopped, and no file was left behind",
  "leaving.exportedOn": "Last exported",
  "leaving.delete": "Delete everything",
  "leaving.deleteHint": "This ends your shares and deletes the profile here and at the relay.",
  "leaving.follows": "What follows",
  "leaving.followsRecords":
    "{n, plural, =0 {No records are on this computer.} one {# record on this computer is deleted, with its original.} other {# records on this computer are deleted, with their originals.}}",
  "leaving.followsShares":
    "{n, plural, =0 {No share is running.} one {# share ends at once.} other {# shares end at once.}}",
  "leaving.followsRelay": "The relay deletes your locked records, messages and backups.",
  "leaving.followsClinic":
    "{clinic} is told that you leave. It keeps what the law asks of it: that you were registered, and when.",
  "leaving.followsKeys":
    "The key in the keyring of this computer is deleted. After that, no kit opens anything here.",
  "leaving.cannot": "What cannot be called back",
  "leaving.cannotFetched":
    "{n, plural, =0 {No doctor has fetched a copy.} one {# record was fetched by doctors. They may keep that copy.} other {# records were fetched by doctors. They may keep those copies.}}",
  "leaving.cannotFiles": "Backup files and exports that you keep elsewhere. Delete those yourself.",
  "leaving.offline": "The relay or the clinic cannot be reached now",
  "leaving.offlineHint":
    "They can only delete what they hold when they are asked. Try again later, or delete only what is on this computer.",
  "leaving.exportFirst": "You have not exported anything yet. After this there is no way back.",
  "leaving.confirm": "Type the name of the profile to confirm: {name}",
  "leaving.confirmWrong": "Type the name exactly as it stands here: {name}",
  "leaving.localOnly": "Delete it here even if the relay or the clinic cannot be asked",
  "leaving.go": "Delete everything",
  "leaving.ask": "Delete everything now?",
  "leaving.askWhy": "There is no undo. Your records, keys and shares are gone when this is done.",
  "leaving.askGo": "Delete everything now",
  "leaving.askKeep": "Keep my profile",
  "leaving.running": "Deleting",
  "leaving.followsReceipt": "You are asked where to keep the receipt. Relay and clinic sign it.",
  "leaving.begun": "Deleting was begun and did not end",
  "leaving.begunHint": "Nothing is sent or fetched any more. Begin once more to finish it.",
} as const;
