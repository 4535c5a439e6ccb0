/** For every code of the core: what happened, and how to mend it. No codes, no blame. */
export const errors = {
  "error.internal.what": "Something in Keyward did not work",
  "error.internal.mend": "Nothing you have stored is lost. Try again, or close the window and open it again.",
  "error.cancelled.what": "It was stopped",
  "error.cancelled.mend": "You can begin again at any time.",
  "error.not-found.what": "It is no longer there",
  "error.not-found.mend": "It may have been removed meanwhile. Go back and look at the list.",
  "error.field.what": "One of the answers needs another look",
  "error.field.mend": "Mend it and try again. What you typed is still there.",
  "error.not-enrolled.what": "You have not joined a clinic yet",
  "error.not-enrolled.mend": "Ask the front desk for an invitation, then press “Join a clinic”.",
  "error.not-allowed.what": "This window may not do that",
  "error.not-allowed.mend": "Open the profile that may, for example the front desk’s.",
  "error.locked.what": "The profile is locked",
  "error.locked.mend": "Unlock it to go on. What you typed is kept.",
  "error.copy-too-long.what": "This is too much text to copy at once",
  "error.copy-too-long.mend": "No more than {limit} MB can be copied. Copy a part of it, or print it.",
  "error.clipboard-refused.what": "This computer did not let Keyward copy",
  "error.clipboard-refused.mend": "Try again. If it goes on, print it or write it down.",
  "error.vault-full.what": "The disk is full, so nothing was saved",
  "error.vault-full.mend": "Make room on the disk, then try again. What was stored before is unharmed.",
  "error.vault-io.what": "The disk could not be read or written, so nothing was saved",
  "error.vault-io.mend": "Check that the disk is connected and may be written to, then try again.",
  "error.vault-corrupt.what": "The file with your records is damaged",
  "error.vault-corrupt.mend":
    "Keyward has not changed it. On the first page, Keyward can save what is still whole. If you have a recovery kit and a backup, you can bring everything back: there, choose “I have a recovery kit”.",
  "error.vault-newer.what": "These records were stored by a newer Keyward",
  "error.vault-newer.mend": "Install the newest version. The file was not touched.",
  "error.vault-in-use.what": "This profile is open in another Keyward",
  "error.vault-in-use.mend": "Close the other one first. The file was not touched.",
  "error.vault-busy.what": "Keyward is still busy with something else",
  "error.vault-busy.mend": "Wait a moment and try again.",
  "error.keyring-absent.what": "This computer has no keyring that Keyward can use",
  "error.keyring-absent.mend":
    "Start this computer’s keyring, or install one. On Linux there are GNOME Keyring and KWallet. Then try again.",
  "error.keyring-locked.what": "The computer’s keyring is locked",
  "error.keyring-locked.mend": "Unlock the keyring, usually with your login password, then try again.",
  "error.keyring-missing.what": "The keyring does not have the key of this profile",
  "error.keyring-missing.mend":
    "Your data is intact but locked. Log in as the user who made the profile. Or restore the keyring from a backup of this computer.",
  "error.keyring-changed.what": "The key in the keyring does not fit this profile",
  "error.keyring-changed.mend":
    "Your data is intact but locked. Restore the earlier keyring from a backup of this computer.",
  "error.keyring-timeout.what": "The keyring did not answer",
  "error.keyring-timeout.mend":
    "Look for a window that asks for your keyring password. Answer it, then try again.",
  "error.keyring-failed.what": "The keyring refused",
  "error.keyring-failed.mend": "Try again. If it goes on, log out of the computer and in again.",
  "error.passphrase-wrong.what": "That is not the passphrase of this profile",
  "error.passphrase-wrong.mend": "Check capitals and the keyboard’s language, then type it again.",
  "error.passphrase-needed.what": "This profile needs its passphrase",
  "error.passphrase-needed.mend": "Type the passphrase you set for it.",

  "error.relay-unreachable.what": "The relay is out of reach",
  "error.relay-unreachable.mend":
    "Nothing is lost. What you decided waits and is carried out when the relay is back.",
  "error.relay-refused.what": "The relay refused this",
  "error.relay-refused.mend": "Try again. If it goes on, tell your clinic.",
  "error.relay-limited.what": "The relay asks to wait a little",
  "error.relay-limited.mend": "There were many requests in a short time. It goes on by itself.",
  "error.relay-misbehaves.what": "The relay’s answer cannot be right",
  "error.relay-misbehaves.mend":
    "Nothing of it was used. The relay may be broken or tampered with: tell your clinic.",
  "error.clock-differs.what": "This computer’s clock and the relay’s differ too much",
  "error.clock-differs.mend": "Set the date and time of this computer, then try again.",
  "error.authority-unreachable.what": "The clinic is out of reach",
  "error.authority-unreachable.mend":
    "If the front desk runs on this computer, open it. Otherwise check the network and try again.",
  "error.authority-refused.what": "The clinic refused this",
  "error.authority-refused.mend": "Ask at the front desk.",
  "error.authority-limited.what": "The clinic asks to wait a little",
  "error.authority-limited.mend": "There were many tries in a short time. Wait some minutes, then try again.",
  "error.authority-misbehaves.what": "The clinic’s answer cannot be right",
  "error.authority-misbehaves.mend": "Nothing of it was used. Ask at the front desk.",
  "error.authority-changed.what": "Somebody else answers under the clinic’s address",
  "error.authority-changed.mend":
    "Nothing was sent. Do not go on; ask at the front desk in person or by phone.",

  "error.credential-epoch-differs.what": "The clinic tells people different things",
  "error.credential-epoch-differs.mend":
    "Nothing was asked for or sent. Keyward kept both answers as proof. Tell your clinic, and do not make a new space until it is cleared up.",
  "error.credential-waits.what": "This space waits until the clinic confirms it",
  "error.credential-waits.mend":
    "You chose that things travel apart, so the clinic is asked at another time. It happens by itself. On the page of your spaces you can send it now.",
  "error.credential-misbehaves.what": "The clinic’s answer does not match what it published",
  "error.credential-misbehaves.mend":
    "Nothing of it was used. Your spaces stay as they are. Tell your clinic if it happens again.",
  "error.credential-exhausted.what": "No more spaces can be confirmed for now",
  "error.credential-exhausted.mend":
    "Every device may have a fixed number confirmed in three months. From {again} on, more are possible. Spaces you have go on.",
  "error.credential-not-issued.what": "The clinic confirms nothing more for you for now",
  "error.credential-not-issued.mend":
    "You may have used many new devices in three months. Or the clinic has moved to a new computer. From {again} on, it works again.",
  "error.credential-refused.what": "The clinic would not confirm this space",
  "error.credential-refused.mend":
    "A copy of this profile may be in use on another computer. Use only one of them. Keyward tries again by itself.",
  "warning.found": "Found on {date}. It stands here until you put it away.",
  "warning.dismiss": "I have read this, put it away",

  "error.invitation-unreadable.what": "This is not an invitation that Keyward can read",
  "error.invitation-unreadable.mend":
    "Paste the whole invitation, or type the code of four groups from the sheet.",
  "error.invitation-typo.what": "The code has a typing mistake",
  "error.invitation-typo.mend": "Compare it with the sheet. It never has a zero, an O, a one or an I.",
  "error.invitation-needs-whole.what": "The code alone is not enough here",
  "error.invitation-needs-whole.mend":
    "Paste the whole invitation, or choose a picture of the square. It tells Keyward which clinic to ask.",
  "error.invitation-expired.what": "The time of this invitation is over",
  "error.invitation-expired.mend": "Ask the front desk for a new one.",
  "error.invitation-other-purpose.what": "This invitation is for another kind of profile",
  "error.invitation-other-purpose.mend":
    "Patients need a patient’s invitation, clinicians a clinician’s. Ask the front desk for the right one.",
  "error.invitation-refused.what": "The clinic does not accept this invitation",
  "error.invitation-refused.mend":
    "{reason, select, used {It has been used already. If that was not you, tell the front desk. They can issue a new one.} withdrawn {The front desk has withdrawn it. Ask there for a new one.} keyTaken {Another profile on this computer has used it. Ask the front desk for a new one.} other {It may have been tried too often, or it belongs to another clinic. Check the code, or ask the front desk for a new one.}}",
  "error.invitation-other-computer.what": "This invitation works only on the computer it was made on",
  "error.invitation-other-computer.mend":
    "Use it there, or ask the front desk for one that works over the network.",
  "error.invitation-newer.what": "This invitation is for a newer Keyward",
  "error.invitation-newer.mend": "Install the newest version, then try again.",
  "error.invitation-impostor.what": "The clinic that answers is not the one on the invitation",
  "error.invitation-impostor.mend": "Nothing was sent. Do not go on; show the invitation at the front desk.",
  "error.already-enrolled.what": "This profile has joined a clinic already",
  "error.already-enrolled.mend": "To join another clinic, make another profile.",
  "error.invitation-other-clinic.what": "This invitation is from another clinic than yours",
  "error.invitation-other-clinic.mend":
    "Nothing was sent. Look at the invitation again: before you join, you are told what it means to leave {clinic}.",
  "error.image-without-invitation.what": "There is no invitation in this picture",
  "error.image-without-invitation.mend": "Choose a sharp picture of the whole square, or type the code.",

  "error.doctor-unknown.what": "This doctor is not in your clinic’s list",
  "error.doctor-unknown.mend": "Look at the list again, or ask at the front desk.",
  "error.doctor-key-changed.what": "The key of this doctor has changed",
  "error.doctor-key-changed.mend": "Ask the doctor by phone whether the new key is theirs before you share.",
  "error.doctor-removed.what": "This doctor is no longer with the clinic",
  "error.doctor-removed.mend": "Choose another doctor.",
  "error.doctor-certificate-ends.what": "The clinic vouches for this doctor only for a shorter time",
  "error.doctor-certificate-ends.mend": "Choose an earlier end. You can extend later.",
  "error.nothing-chosen.what": "Nothing to share is chosen",
  "error.nothing-chosen.mend": "Go back and tick at least one kind of records.",
  "error.end-in-past.what": "The end lies in the past",
  "error.end-in-past.mend": "Choose a later day.",
  "error.end-too-far.what": "The end lies more than two years ahead",
  "error.end-too-far.mend": "Choose an earlier day. You can extend later.",
  "error.end-not-later.what": "The new end is not later than the present one",
  "error.end-not-later.mend": "Choose a later day, or stop sharing if you want it to end sooner.",
  "error.record-shared.what": "This record is in a share that runs: {doctors}",
  "error.record-shared.mend":
    "Stop that share first. Then move the record, and share again: without it, if you leave its new part out.",
  "error.record-fixed.what": "Personal details stay together",
  "error.record-fixed.mend":
    "Without them no other record can be said to be yours. You can leave them out when you share.",
  "error.share-over.what": "This share is over",
  "error.share-over.mend": "Start a new one if you want to share again.",
  "error.share-exists.what": "You already share with this doctor from this space",
  "error.share-exists.mend": "Extend that share or stop it first, or choose another space.",

  "error.selection-gone.what": "The files you chose are no longer known here",
  "error.selection-gone.mend": "Choose them again.",
  "error.import-running.what": "Records are being added already",
  "error.import-running.mend": "Wait until that is done, or stop it.",

  "error.kit-unreadable.what": "This is not a recovery kit",
  "error.kit-unreadable.mend":
    "Type the twelve words in order, or choose a sharp photo of the whole picture.",
  "error.kit-word.what": "Word number {place} is not a word of any kit",
  "error.kit-word.mend": "Look at it on your paper again. Two letters may be swapped.",
  "error.kit-typo.what": "The twelve words do not fit together",
  "error.kit-typo.mend": "One of them is another word, or two are swapped. Compare each with your paper.",
  "error.kit-newer.what": "This kit is from a newer Keyward",
  "error.kit-newer.mend": "Install the newest version, then try again.",
  "error.kit-gone.what": "This computer cannot show the words any more",
  "error.kit-gone.mend": "They are on your paper only. If it is lost, make a new kit.",
  "error.kit-without-relay.what": "The kit does not say where the relay is",
  "error.kit-without-relay.mend":
    "Use the picture of the kit, type the relay’s address, or choose a backup file.",
  "error.backup-none.what": "There is no backup there",
  "error.backup-none.mend":
    "Look for the file, stick or disk you backed up to. For a relay, check the kit and the address.",
  "error.backup-of-another.what": "This kit does not open this backup",
  "error.backup-of-another.mend": "Use the kit that was made for it, or choose another backup.",
  "error.backup-damaged.what": "This backup is damaged",
  "error.backup-damaged.mend": "It cannot be brought back whole. Choose another copy of the file.",
  "error.backup-newer.what": "This backup is from a newer Keyward",
  "error.backup-newer.mend": "Install the newest version, then try again. The file was not touched.",
  "error.backup-other-role.what":
    "{role, select, doctor {This backup is of a doctor’s profile} desk {This backup is of a clinic’s front desk} other {This backup is of a patient’s profile}}",
  "error.backup-other-role.mend":
    "Nothing was brought back. Choose the backup of this profile, or begin again in the first window.",
  "error.clinic-here.what": "There is another clinic on this computer already",
  "error.clinic-here.mend":
    "A computer has one clinic. Bring this one back on another computer. Nothing was changed.",
  "error.clinic-in-use.what": "Others still use this clinic",
  "error.clinic-in-use.mend":
    "Nothing was deleted. First withdraw the people and remove the doctors, or hand the clinic over.",
  "error.backup-place-gone.what": "The place of the backup is not there",
  "error.backup-place-gone.mend": "Put in the stick or disk, then try again. Or choose another place.",
  "error.backup-too-large.what": "The relay has no room for this backup",
  "error.backup-too-large.mend": "Back up to a file. What is at the relay already stays there.",
  "error.backup-running.what": "Keyward is busy with this already",
  "error.backup-running.mend": "Wait until it is done, or stop it.",
  "error.share-key-lost.what": "Your recovery kit cannot replace the key of this share",
  "error.share-key-lost.mend": "It cannot be stopped from here and ends on its day.",
  "error.leaving-begun.what": "This profile is being deleted",
  "error.leaving-begun.mend":
    "Nothing is sent or fetched any more. Open “Take or delete everything” in Settings to finish it.",

  "error.share-revoked.what": "The patient has stopped sharing",
  "error.share-revoked.mend":
    "The copies here are erased. Ask the patient for a new share if you still need the records.",
  "error.share-ended.what": "The time of this share is over",
  "error.share-ended.mend":
    "The copies here are erased. Ask the patient for a new share if you still need the records.",
  "error.share-incomplete.what": "This share has not arrived completely",
  "error.share-incomplete.mend": "The missing part is asked for again by itself.",
  "error.letter-epoch-differs.what": "A letter does not fit what your clinic tells everybody",
  "error.letter-epoch-differs.mend":
    "It was left out, and nothing of it is shown. The clinic, or someone with its key, may want to find out who a patient is. Or a service was set back to an old state. Ask your clinic what happened. Do not say which patient you wait for. Keyward kept both answers as proof.",
  "error.letter-epoch-irregular.what": "A letter rests on rules that no clinic may set",
  "error.letter-epoch-irregular.mend":
    "It was left out, and nothing of it is shown. The clinic, or someone with its key, signed rules of its own for it. Ask your clinic what happened. Do not say which patient you wait for. Keyward kept what was signed as proof.",
  "error.self-removed.what": "The clinic has removed you",
  "error.self-removed.mend": "If that is a mistake, ask the front desk to enrol you again.",

  "error.person-withdrawn.what": "This person is withdrawn from the register",
  "error.person-withdrawn.mend": "Register the person again if that was a mistake.",
  "error.identity-unchecked.what": "The identity has not been checked yet",
  "error.identity-unchecked.mend": "Record what the person showed, then issue the invitation.",
  "error.person-similar.what": "Somebody very like this person is registered already",
  "error.person-similar.mend": "Open that entry if it is the same person.",
  "error.conflict.what": "Somebody changed this meanwhile",
  "error.conflict.mend": "Look at it again, then repeat what you wanted to do.",

  "error.document-refused.what": "This part of the document cannot be shown",
  "error.document-refused.mend":
    "{reason, select, tooSlow {It took too long and was stopped.} tooLarge {It needs too much memory.} encrypted {It is locked with a password.} damaged {It is damaged.} noSuchPage {There is no such page.} other {Its reader stopped.}} You can save a copy of the document.",
} as const;
