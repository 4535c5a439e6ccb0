/**
 * What only pressing shows: the steps of a longer task, dialogs, menus, work that goes on. Each walk begins on a page
 * loaded anew; every `look` is looked at like a screen. Words are keys of the catalogue, so a walk is the same in every
 * language.
 */
const press = (key, params) => ({ press: key, params });
const choose = (at = 0) => ({ choose: at });
const look = (name) => ({ look: name });
const tell = (event, payload) => ({ tell: event, payload });
const css = (selector) => ({ css: selector });

const next = press("action.continue");

const importing = {
  id: "j1",
  kind: "import",
  state: "running",
  stage: "reading",
  done: 34,
  total: 57,
  bytesDone: 0,
  bytesTotal: 0,
  secondsLeft: 21,
  question: null,
  error: null,
  result: null,
};
const progress = (change) => tell("job://progress", { ...importing, ...change });

const palette = (window, typed) => ({
  route: `${window}-home`,
  window,
  address: "/",
  steps: [
    css(".rail-find"),
    look("palette"),
    { type: typed, into: ".palette input" },
    look("palette-hits"),
    { type: "zzzz", into: ".palette input" },
    look("palette-none"),
  ],
});

export const walks = [
  {
    route: "patient-share-new",
    window: "patient",
    address: "/sharing/new",
    steps: [
      next,
      look("space-missing"),
      choose(),
      next,
      look("doctor"),
      choose(2),
      look("doctor-key"),
      choose(0),
      next,
      look("kinds"),
      choose(),
      choose(1),
      next,
      look("purpose"),
      choose(),
      next,
      look("until"),
      choose(),
      next,
      look("preview"),
    ],
  },
  {
    route: "patient-import",
    window: "patient",
    address: "/add",
    query: "slow",
    steps: [
      press("import.files"),
      look("running"),
      progress({}),
      look("time-left"),
      press("action.cancel"),
      progress({ state: "cancelled", result: "i1" }),
      look("cancelled"),
    ],
  },
  {
    route: "patient-import",
    window: "patient",
    address: "/add",
    query: "slow",
    steps: [
      press("import.files"),
      look("begun"),
      progress({ state: "failed", error: { code: "vault-full", params: {} } }),
      look("failed"),
    ],
  },
  {
    route: "patient-import",
    window: "patient",
    address: "/add",
    query: "ask",
    steps: [press("import.files"), look("somebody-else")],
  },
  {
    route: "patient-import",
    window: "patient",
    address: "/add",
    query: "ask=table",
    steps: [press("import.files"), look("columns")],
  },
  {
    route: "patient-import-report",
    window: "patient",
    address: "/add/i1",
    steps: [press("report.kept", { n: 1 }), look("kept"), press("undo.verb"), look("undo")],
  },
  {
    route: "patient-share",
    window: "patient",
    address: "/sharing/s1",
    steps: [press("extend.verb"), look("extend")],
  },
  {
    route: "patient-share",
    window: "patient",
    address: "/sharing/s1",
    steps: [press("stop.verb"), look("stop"), press("stop.confirm"), look("stopped")],
  },
  {
    route: "patient-spaces",
    window: "patient",
    address: "/spaces",
    steps: [
      press("spaces.renameNamed", { name: "Heart" }),
      look("renaming"),
      { type: "Heart and blood", into: "main .list input" },
      press("spaces.saveName"),
      look("undo"),
      press("spaces.create"),
      look("creating"),
    ],
  },
  {
    route: "patient-record",
    window: "patient",
    address: "/records/g3",
    steps: [press("sensitivity.move"), look("move"), choose(), press("sensitivity.moveNow"), look("moved")],
  },
  {
    route: "patient-document",
    window: "patient",
    address: "/records/i14/document/0",
    steps: [
      css(".doc-choose .select-button"),
      look("beside-list"),
      css(".beside-list [role=option]"),
      look("beside"),
    ],
  },
  {
    route: "patient-timeline",
    window: "patient",
    address: "/records/timeline",
    steps: [css(".filter-bar button[aria-haspopup]"), look("menu")],
  },
  {
    route: "patient-search",
    window: "patient",
    address: "/search?q=glucose",
    steps: [look("found")],
  },
  {
    route: "patient-search",
    window: "patient",
    address: "/search?q=zzzz",
    steps: [look("nothing")],
  },
  {
    route: "patient-leaving",
    window: "patient",
    address: "/settings/leaving",
    query: "slow",
    steps: [
      press("leaving.go"),
      look("name-missing"),
      { type: "Anna", into: "main input" },
      press("leaving.go"),
      look("ask"),
      press("leaving.askGo"),
      look("running"),
    ],
  },
  {
    route: "patient-recovery",
    window: "patient",
    address: "/settings/recovery",
    steps: [
      press("recovery.kitNew"),
      look("new-kit"),
      press("recovery.kitNewKeep"),
      press("backup.relayOff"),
      look("relay-off"),
    ],
  },
  {
    route: "patient-recovery",
    window: "patient",
    address: "/settings/recovery",
    query: "ask",
    steps: [look("relay-deleted"), press("backup.relayOn"), look("relay-on")],
  },
  {
    route: "patient-join",
    window: "patient",
    address: "/join",
    query: "ask",
    steps: [
      { type: "K7QM-2XVB-9HTR-WD4C", into: "main textarea, main input" },
      css("main button[type=submit]"),
      look("read"),
      press("join.leave"),
      look("leave"),
    ],
  },
  {
    route: "patient-home",
    window: "patient",
    address: "/",
    steps: [tell("drag://moved", "over"), look("drag")],
  },
  {
    route: "doctor-home",
    window: "doctor",
    address: "/",
    steps: [
      tell("drag://moved", "over"),
      look("drag"),
      tell("drag://moved", "dropped"),
      look("drop-refused"),
    ],
  },
  { route: "doctor-ended", window: "doctor", address: "/patients/r4", steps: [look("over")] },
  { route: "doctor-chart", window: "doctor", address: "/patients/r2", steps: [look("alarm")] },
  palette("patient", "sh"),
  palette("doctor", "an"),
  {
    route: "desk-person",
    window: "desk",
    address: "/people/n5",
    steps: [
      press("withdraw.verb"),
      look("withdraw"),
      press("withdraw.confirm"),
      look("reason-missing"),
      press("withdraw.keep"),
      press("invite.again"),
      look("reissue"),
      press("invite.reissueConfirm"),
      look("invitation"),
    ],
  },
  {
    route: "desk-clinician",
    window: "desk",
    address: "/clinicians/c1",
    steps: [
      press("remove.verb"),
      look("remove"),
      press("remove.keep"),
      press("invite.again"),
      look("reissue"),
    ],
  },
  {
    route: "desk-register",
    window: "desk",
    address: "/people/register",
    steps: [css("main button[type=submit]"), look("missing")],
  },
  {
    route: "welcome-restore",
    window: "welcome",
    address: "/restore",
    steps: [
      css("main button[type=submit]"),
      look("kit-missing"),
      { type: "abandon ".repeat(11) + "about", into: "main textarea" },
      css("main button[type=submit]"),
      look("source"),
      choose(1),
      css("main button[type=submit]"),
      look("relay-missing"),
    ],
  },
];
