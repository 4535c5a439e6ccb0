/** The recovery kit, the backup in a file, and bringing a profile back. */
export const recovery = {
  "title.recovery": "If this computer is lost",
  "title.kit": "Recovery kit",
  "title.kitConfirm": "Confirm the kit",
  "title.restored": "What came back",
  "title.restore": "Restore",

  "recovery.heading": "If this computer is lost",
  "recovery.lead.patient":
    "Two things bring your records back on a new computer: a kit of twelve words on paper, and a backup. One without the other is of no use to anybody.",
  "recovery.lead.doctor":
    "Two things bring your list of patients back on a new computer: a kit of twelve words on paper, and a backup. Your keys do not come back. Your clinic gives you new ones, and each patient says yes again.",
  "recovery.lead.desk":
    "Two things bring your clinic back on a new computer: a kit of twelve words on paper, and a backup. Whoever has both can act as your clinic. So keep them apart.",
  "recovery.link": "Recovery kit and backup",
  "recovery.back": "Recovery",
  "recovery.kit": "Recovery kit",
  "recovery.kitWaiting": "You have not written your kit down yet",
  "recovery.kitWaitingHint.patient":
    "It takes about three minutes and a sheet of paper. Until then a lost computer means lost records.",
  "recovery.kitWaitingHint.doctor":
    "It takes about three minutes and a sheet of paper. Until then a lost computer means a lost list.",
  "recovery.kitWaitingHint.desk":
    "It takes about three minutes and a sheet of paper. Until then a lost computer means a lost clinic.",
  "recovery.kitMake": "See the kit and write it down",
  "recovery.kitMade": "Made",
  "recovery.kitConfirmed": "Confirmed",
  "recovery.kitGood": "Your kit is confirmed",
  "recovery.kitGoodHint": "The words are on your paper only. This computer no longer knows them.",
  "recovery.kitRenewing": "A new kit waits for you to confirm it",
  "recovery.kitRenewingHint": "Until you confirm it, the kit you have on paper still counts.",
  "recovery.kitNew": "Make a new kit",
  "recovery.kitNewAsk": "Make a new kit?",
  "recovery.kitNewWhy":
    "Do this if the paper is lost, or if somebody else may have seen it. The old words open no backup that is made after you confirm the new ones.",
  "recovery.kitNewOld":
    "Old copies of backups can still be opened with the old words. Delete them if somebody has both.",
  "recovery.kitNewGo": "Make the new kit",
  "recovery.kitNewKeep": "Keep the old one",

  "reminder.kit.patient":
    "If this computer is lost, your records are lost too. A recovery kit prevents that.",
  "reminder.kit.doctor":
    "If this computer is lost, your list of patients is lost too. A recovery kit prevents that.",
  "reminder.kit.desk": "If this computer is lost, your clinic is lost too. A recovery kit prevents that.",
  "reminder.backup": "You have a kit but no backup yet. The kit alone brings nothing back.",
  "reminder.failed":
    "Your last backup did not work. What is new since the one before is on this computer only.",
  "reminder.old": "Your backup is more than two weeks old. What is new since then is on this computer only.",
  "reminder.see": "See the backup",
  "reminder.make": "Write down the kit",
  "reminder.makeBackup": "Choose where to back up",
  "reminder.later": "Remind me in a week",
  "reminder.unknown": "Keyward could not find out how your backup stands.",

  "kit.heading": "Write down these twelve words",
  "kit.lead":
    "Use a pen, or print the sheet. Keep it where you keep your passport, and not beside this computer.",
  "kit.words": "The twelve words, in this order",
  "kit.pictureHint": "The same as the words, for a new computer to read from a photo.",
  "kit.qr": "Square picture of the recovery kit",
  "kit.print": "Print the sheet",
  "kit.copy": "Copy the text",
  "kit.next": "I have written them down",
  "kit.what": "What this is",
  "kit.what1.patient": "With these words and a backup, you can have your records back on a new computer.",
  "kit.what1.doctor":
    "With these words and a backup, you can have your list of patients back on a new computer.",
  "kit.what1.desk": "With these words and a backup, you can have your clinic back on a new computer.",
  "kit.what2.patient": "Whoever has both can read your records. Nobody at the clinic needs the words, ever.",
  "kit.what2.doctor": "Whoever has both can read the list. Nobody at the clinic needs the words, ever.",
  "kit.what2.desk": "Whoever has both can act as your clinic. Nobody else needs the words, ever.",
  "kit.what3": "The words alone open nothing. They are not your passphrase, and they do not unlock this app.",
  "kit.for": "For",
  "kit.clinic": "Clinic",
  "kit.date": "Made on",
  "kit.space": "Where I keep the backup, and whom to call",
  "kit.spaceWords": "The words by hand",
  "kit.how": "How to use it",
  "kit.how1": "Install Keyward on the new computer and open it.",
  "kit.how2": "Choose “I have a recovery kit”. Type the words, or choose a photo of the picture.",
  "kit.how3": "Choose your backup: a file, or the clinic’s relay.",
  "kit.how3File": "Choose your backup file.",
  "kit.gone": "This computer cannot show the words any more",
  "kit.goneHint":
    "You confirmed the kit, and from then on the words were only on your paper. If the paper is lost, make a new kit.",
  "kit.goneAction": "Go to recovery",
  "kit.clipboard":
    "Copied. Put it where only you can read it. The clipboard is emptied after one minute, and when you lock.",
  "kit.relay": "Relay",

  "kitConfirm.heading": "Type some of the words again",
  "kitConfirm.lead":
    "This shows that your paper is right. When the words fit, this computer forgets them and they are on your paper only.",
  "kitConfirm.word": "Word number {n}",
  "kitConfirm.missing": "Type word number {n}",
  "kitConfirm.wrong": "Word number {n} is another word on your kit",
  "kitConfirm.look": "Look at the kit again",
  "kitConfirm.go": "Confirm the kit",
  "kitConfirm.done": "The kit is confirmed. The words are on your paper only now.",

  "backup.heading": "Backup",
  "backup.lead.patient":
    "A copy of your records in one file, locked with your kit. While this profile is open, new things go into it each half hour.",
  "backup.lead.doctor":
    "A copy of your list and settings in one file, locked with your kit. No patient’s records are in it. While this profile is open, new things go into it each half hour.",
  "backup.lead.desk":
    "A copy of the register and of your clinic’s keys in one file, locked with your kit. While this profile is open, new things go into it each half hour.",
  "backup.none": "There is no backup yet",
  "backup.now": "Back up now",
  "backup.done": "The backup is made",
  "backup.stopped": "The backup was stopped. The one before is still whole.",
  "backup.fileHint": "Best on a stick or a disk that you put away. The file says nothing without the kit.",
  "backup.fileOlder":
    "When the file has grown too long it is written anew. It then has the last ten versions, or only the newest if they need too much room.",
  "backup.fileChoose": "Choose a place",
  "backup.fileOther": "Choose another place",
  "backup.fileForget": "Stop backing up to this file",
  "backup.fileForgot": "Nothing more is written to that file. It is still where it was.",
  "backup.fileName": "File",
  "backup.last": "Last change in it",
  "backup.never": "Not yet",
  "backup.size": "Size",
  "backup.versions": "Versions in it",
  "backup.kitFirst": "Confirm your kit first. A backup is locked with it.",
  "backup.age": "{n, plural, =0 {today} one {# day ago} other {# days ago}}",
  "backup.complete": "Has everything up to",
  "backup.relay": "Backup at the clinic’s relay",
  "backup.relayLead":
    "The same backup, kept by the relay that carries what you share. It needs no stick, and new things go into it by themselves.",
  "backup.relayLead.doctor":
    "The same backup, kept by the relay that your patients share through. It needs no stick, and new things go into it by themselves.",
  "backup.relayApart":
    "It has its turn by about {date}, if you open Keyward once a day. If you send it now and a space had its turn today, who runs the relay may tell that both are yours.",
  "backup.relayHint":
    "The relay sees how large it is and when it changes. It cannot read it, and is not told that it is yours. By the times it may tell which spaces are yours too.",
  "backup.relayHint.doctor":
    "The relay knows that it is yours, how large it is and when it changes. It cannot read it. If the clinic removes you, it stays there for a time that the clinic has set, and is then deleted.",
  "backup.relayWaits": "It goes on when the clinic has invited you again. Until then nothing is added to it.",
  "backup.relayHere":
    "This relay runs on this very computer. A backup there is lost together with it. Use a file as well.",
  "backup.relayOn": "Keep a backup at the relay",
  "backup.relayNow": "Send what is new",
  "backup.relayDone": "The relay has everything",
  "backup.relayStopped": "It was stopped. What the relay had before is still whole.",
  "backup.relayAddress": "Where it is",
  "backup.relayAddressHint": "Write this beside the words of your kit, if it is not on the sheet.",
  "backup.relayRoom": "Room",
  "backup.relayRoomOf": "{used} of {most}",
  "backup.relayVersions": "{n, plural, one {# version there} other {# versions there}}",
  "backup.relayVersion": "{date}: {size}",
  "backup.relayKeeps":
    "The relay keeps the last ten, and the first of each of the last 14 days and 24 months with changes.",
  "backup.relayStranger": "Another computer has changed this backup",
  "backup.relayStrangerWhy":
    "It was found on {date}. If that was not you, somebody has your keys: make a new kit.",
  "backup.relayDeleting": "What is at the relay is deleted as soon as it can be reached.",
  "backup.relayDeleted":
    "It is deleted at the relay, which has signed that. The last trace is overwritten by {date} at the latest.",
  "backup.relayOff": "Stop, and delete it there",
  "backup.relayOffAsk": "Delete the backup at the relay?",
  "backup.relayOffWhy": "All its versions at the relay are deleted. A backup in a file is not touched.",
  "backup.relayOffGo": "Delete it there",
  "backup.relayOffKeep": "Keep it",
  "backup.relayJoin": "For this you join a clinic first.",
  "backup.inFile": "Backup in a file",

  "restore.heading": "Bring a profile back",
  "restore.lead": "You need your recovery kit and a backup.",
  "restore.welcome": "I have a recovery kit",
  "restore.welcomeHint": "Bring back a profile from another computer, or from before.",
  "restore.step.kit": "Your kit",
  "restore.step.source": "Your backup",
  "restore.kitText": "The twelve words, or the text of the picture",
  "restore.kitHint": "Type the words in order, with a space between. Capitals do not matter.",
  "restore.kitMissing": "Type the twelve words first",
  "restore.kitImage": "Choose a photo of the picture",
  "restore.kitRead": "Use this kit",
  "restore.kitOk": "The kit is right",
  "restore.fromFileHint":
    "It is on a stick, a disk, or this computer. Often it is called keyward-backup.kwb.",
  "restore.sourceMissing": "Choose the backup file first",
  "restore.pick": "Choose the file",
  "restore.picked": "Chosen: {name}",
  "restore.look": "Open the backup",
  "restore.found": "The profile “{name}” is in this backup",
  "restore.versions": "Which version?",
  "restore.newest": "The newest",
  "restore.versionHint": "{records, plural, one {# record} other {# records}}, {size}",
  "restore.cut":
    "Something in this backup is not whole, so the last change may be missing. The versions below are whole.",
  "restore.alreadyHere":
    "This profile seems to be on this computer already. What you bring back becomes a second profile. The one that is here stays as it is.",
  "restore.name": "Name for this profile",
  "restore.whatFollows": "What happens then",
  "restore.follow1.patient": "Your records, original files and settings come back.",
  "restore.follow1.doctor":
    "Your list of patients and your settings come back. The records you were shown do not.",
  "restore.follow1.desk": "The register, your clinic’s keys and your settings come back.",
  "restore.follow2.patient":
    "This computer gets new keys. Nobody else reads what they lock until you share again.",
  "restore.follow2.doctor":
    "This computer gets new keys. Ask the front desk to invite you again. That shuts the old computer out.",
  "restore.follow2.desk":
    "This computer gets a new key for the desk. What the relay held is not in the backup.",
  "restore.follow3.patient":
    "As soon as {clinic} can be reached, the lost keys are replaced. Then the old computer is shut out, and what you shared ends. You can share again.",
  "restore.follow3.doctor": "Your patients at {clinic} are then asked if they share with you again.",
  "restore.follow3.desk":
    "Do not open {clinic} on the old computer any more. Two copies of one clinic drift apart.",
  "restore.go": "Bring it back",
  "restore.running": "Bringing your profile back",
  "restore.runningHint": "You can stop at any time. Nothing half restored is kept.",
  "restore.cancelled": "It was stopped, and nothing was kept",
  "restore.again": "Choose again",
  "restore.from": "Where is your backup?",
  "restore.fromFile": "In a file",
  "restore.fromRelay": "At the clinic’s relay",
  "restore.fromRelayHint": "If you had switched that on. It needs the internet.",
  "restore.address": "Address of the relay",
  "restore.addressHint": "It stands on the sheet of your kit. Or ask your clinic.",
  "restore.addressMissing": "Type the address of the relay first",

  "restored.heading": "This is what came back",
  "restored.lead": "From the backup of {date}.",
  "restored.open": "Open the profile",
  "restored.here": "Back on this computer",
  "restored.records": "{n, plural, one {# record} other {# records}}",
  "restored.originals": "{n, plural, one {# original file} other {# original files}}",
  "restored.spaces": "{n, plural, one {# space} other {# spaces}}",
  "restored.shares": "{n, plural, one {# share} other {# shares}}",
  "restored.accesses": "{n, plural, one {# visit in the history} other {# visits in the history}}",
  "restored.keysWaiting": "New keys are on their way",
  "restored.keysWaitingWhy":
    "As soon as the clinic can be reached, new keys take the place of the lost ones. Then the old computer is shut out, and what you shared has ended.",
  "restored.keysDone": "The lost computer is shut out",
  "restored.keysDoneWhy": "New keys have taken the place of the lost ones. What you shared before has ended.",
  "restored.keysDesk": "Your clinic has to let you in again",
  "restored.keysDeskWhy":
    "The lost keys could not be replaced. Tell the front desk that your computer is lost, so that it is stopped.",
  "restored.share": "With {name}",
  "restored.next": "What to do now",
  "restored.kit":
    "Your kit still counts. Choose a place for backups on this computer, and keep the old file.",
  "restored.empty": "Nothing was restored on this computer",
  "restored.emptyHint": "This page tells what came back after a restore.",
  "restored.settings": "Your settings",
  "restored.not": "Your keys",
  "restored.running.patient": "These shares end with the lost keys:",
  "restored.running.doctor": "These patients shared with your lost keys:",
  "restored.later.patient": "What you shared after this backup has ended too, and is not listed here.",
  "restored.later.doctor": "Who began to share after this backup is not listed here.",
  "restored.join": "Ask the front desk for a new invitation, and join the clinic again.",
  "restored.shareAgain.patient": "Share again with your doctors. Your spaces are there.",
  "restored.shareAgain.doctor":
    "Once you have new keys, each patient is asked if they share with you again, and says yes or no.",
  "restored.shareNew": "Make a space, and share with the doctors of your new clinic.",
  "restored.left": "You have joined another clinic",
  "restored.leftWhy":
    "What you shared through {clinic} is set apart. You can still read it under Sharing. Nothing of it goes to the new clinic.",
  "restored.gone": "Is your clinic gone?",
  "restored.goneWhy":
    "Has the clinic closed, or was it only on the lost computer? Then it can never let you in. Ask another clinic for an invitation. You are told what it means before anything happens.",
  "restored.goneJoin": "My clinic is gone: join another",
  "restored.joinAgain": "Join with a new invitation",
  "restored.kitRelay": "Your kit still counts, and the backup at the relay goes on by itself.",
  "restore.role.patient": "It is a patient’s profile.",
  "restore.role.doctor": "It is a doctor’s profile.",
  "restore.role.desk": "It is a clinic’s front desk, with the clinic itself.",
  "restored.people": "{n, plural, one {# entry in the register} other {# entries in the register}}",
  "restored.notBack": "What is not back",
  "restored.deskRelay":
    "On a new computer the relay of this clinic begins empty. Patients still have their records, and share them again. Whoever also lost this computer brings back a profile of their own.",
  "restored.deskInvitations":
    "What you did after this backup is lost. Look through the register, and take out again who had to go. Open invitations are over: issue new ones.",
  "restored.deskOnce": "Do not open the clinic on the old computer any more.",
  "restored.keysDoneWhy.doctor":
    "Your clinic has given you new keys. Each patient is asked if they share with you again.",
  "restored.keysDeskWhy.doctor":
    "Your old keys no longer count here. Ask the front desk to invite you again. That also shuts out a lost computer.",
} as const;
