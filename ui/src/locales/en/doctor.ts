export const doctor = {
  "doctorHome.heading": "Who shares with you",
  "doctorHome.lead": "New ones stand first.",
  "doctorHome.none": "Nobody shares with you at the moment",
  "doctorHome.noneHint":
    "When a patient chooses you, the name or made-up name appears here. You need not do anything.",
  "doctorHome.lost": "See who shared with your old keys",
  "doctorHome.notEnrolled": "You have not joined a clinic yet",
  "doctorHome.notEnrolledHint":
    "Ask your clinic’s front desk to enrol you. You will get an invitation with a code.",
  "doctorHome.tellApart": "To tell them apart:",
  "doctorHome.purpose": "Shared for: {purpose}",
  "doctorHome.over": "Over since {date}",
  "doctorHome.removed": "{clinic} has removed you",
  "doctorHome.removedHint":
    "Nothing can be opened any more. If that is a mistake, ask the front desk to enrol you again.",
  "doctorNew.heading": "What is new for you",
  "doctorNew.lead": "Shares you have not opened, and records that came since you last looked.",
  "doctorNew.none": "You have seen everything",
  "doctorNew.noneHint": "New shares and new records will appear here.",
  "doctorEnded.heading": "Shares that are over",
  "doctorEnded.lead": "The records are erased here. What stays is that there was a share.",
  "doctorEnded.none": "No share is over",
  "doctorEnded.noneHint": "Shares that ended or were stopped by the patient will be listed here.",
  "doctorSelf.heading": "How patients see you",
  "doctorSelf.lead": "If a patient asks whether it is you, read out your key.",
  "doctorSelf.key": "Your key",
  "doctorSelf.certifiedBy": "Vouched for by",
  "doctorSelf.validUntil": "Valid until",

  "vouched.by": "{clinic} vouches for this",
  "vouched.self": "Stated by the patient, not checked",
  "vouched.pseudonym": "A made-up name; the clinic vouches that a registered person is behind it",
  "person.born": "born {date}",
  "banner.label": "Whose record this is",

  "received.new": "New",
  "received.newRecords": "{n, plural, one {# new record} other {# new records}}",
  "received.live": "Can be read",
  "received.ended": "Ended",
  "received.revoked": "Stopped by the patient",
  "received.keysLost": "For keys you no longer have",
  "received.incomplete": "Not complete yet",
  "received.incompleteHeading": "This share has not arrived completely",
  "received.incompleteHint":
    "The relay has announced it, but the patient’s message is still missing. It is asked for again by itself.",

  "identity.nameInRecord": "Name in the record",
  "identity.differs": "The record carries another name",
  "identity.differsHint": "Make sure whom it is about before you rely on it. In the record: {names}.",

  "alarm.gap.title": "Records are missing: {what}",
  "alarm.gap": "The patient’s list under “{what}” has gaps that the relay does not explain.",
  "alarm.rolledBack.title": "The relay shows an older state: {what}",
  "alarm.rolledBack":
    "You had already seen a newer state of “{what}”, from {seen}. What the relay sends now is older.",
  "alarm.quarantined.title": "Records were put aside: {what}",
  "alarm.quarantined":
    "{n, plural, one {# record under “{what}” is not what the patient signed. It was put aside unread.} other {# records under “{what}” are not what the patient signed. They were put aside unread.}}",
  "alarm.wrongHead.title": "The list is not signed by the patient: {what}",
  "alarm.wrongHead": "The list under “{what}” carries a wrong signature. Nothing of it is shown.",
  "alarm.several": "Something is wrong with this chart",
  "alarm.whatToDoAll":
    "The relay may be broken or somebody may have tampered with it. Do not rely on these parts. Tell your clinic, and ask the patient.",
  "alarm.whatToDo":
    "The relay may be broken or somebody may have tampered with it. Do not rely on this part. Tell your clinic, and ask the patient.",

  "over.thePatient": "The patient",
  "over.revoked.heading": "{name} has stopped sharing with you",
  "over.revoked.when": "{name} took the share back on {date}.",
  "over.ended.heading": "The share of {name} has ended",
  "over.ended.when": "{name} shared with you until {date}. That time is over.",
  "over.keysLost.heading": "{name} has to share with you again",
  "over.keysLost.when": "What {name} shared was for keys that you no longer have.",
  "over.erased": "The copies on this computer are erased, and nothing more can be fetched.",
  "over.notes":
    "What you have written in your own notes is not touched. It stays under the rules of your profession.",
  "over.ask": "If you still need the records, ask {name} for a new share.",
  "over.back": "Back to your patients",
} as const;
