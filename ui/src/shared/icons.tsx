/**
 * One family of icons: a 24 px grid with 3 px of air, one round stroke, no fill; corners and ends are round. Always
 * beside a word, and hidden from screen readers. A thing keeps its icon everywhere.
 */
const paths = {
  // Signs of Keyward
  key: "M7.8 16.6a4.6 4.6 0 1 0 0-9.2 4.6 4.6 0 0 0 0 9.2ZM12.4 12h8.8v3.7M17 12v3",
  eye: "M2.8 12S6 6 12 6s9.2 6 9.2 6-3.2 6-9.2 6-9.2-6-9.2-6ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z",
  eyeClosed: "M3.2 10c2.2 3.2 5.2 4.8 8.8 4.8s6.6-1.6 8.8-4.8M12 14.8v3M6.8 13.6l-1.7 2.5M17.2 13.6l1.7 2.5",
  lock: "M6.5 11h11a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V12a1 1 0 0 1 1-1ZM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2.5",
  mask: "M3.5 8.3c5.5-1.6 11.5-1.6 17 0 .3 5.2-1.6 8.7-5 8.7-1.7 0-2.3-1.5-3.5-1.5S10.2 17 8.5 17c-3.4 0-5.3-3.5-5-8.7ZM7 11.4c1-.8 2.3-.7 3.2.2M13.8 11.6c.9-.9 2.2-1 3.2-.2",
  spaces: "M12 3.8 20.5 8.2 12 12.6 3.5 8.2 12 3.8ZM3.5 12.2 12 16.6l8.5-4.4M3.5 16.2l8.5 4.4 8.5-4.4",
  share:
    "M8.7 10.8 15.3 7.2M8.7 13.2l6.6 3.6M6.2 14.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM17.8 8.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM17.8 20.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4Z",
  shield: "M12 3.5 19.5 6v5.8c0 4.3-3 7.2-7.5 8.7-4.5-1.5-7.5-4.4-7.5-8.7V6L12 3.5Z",

  // Places
  home: "M3.8 11.2 12 4.3l8.2 6.9M6 9.5v10h12v-10M10 19.5v-5.2h4v5.2",
  folder: "M3.5 7.5a2 2 0 0 1 2-2h3.7l2.3 2.7h7a2 2 0 0 1 2 2v6.8a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7.5Z",
  history: "M4.2 12a7.8 7.8 0 1 0 2.5-5.7L4.2 8.7M4.2 4.5v4.2h4.2M12 8v4.3l2.9 1.7",
  settings:
    "M3.8 8h7.7M17.5 8h2.7M3.8 16h2.7M12.5 16h7.7M14.5 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM9.5 18.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z",
  desk: "M4.5 16.5a7.5 7.5 0 0 1 15 0h-15ZM3.2 19.8h17.6M12 9V6.5M10 6.3h4",
  clinic: "M5 20.5V8.3L12 4l7 4.3v12.2M3.2 20.5h17.6M12 9v5M9.5 11.5h5M10 20.5v-3h4v3",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20.2 20.2",

  // People
  person: "M12 11.7a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.6 20.2c.9-3.8 3.8-5.7 7.4-5.7s6.5 1.9 7.4 5.7",
  people:
    "M9 11.7a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6ZM2.8 19.5c.7-3.4 3.1-5.2 6.2-5.2s5.5 1.8 6.2 5.2M15.5 5.3a3.3 3.3 0 0 1 0 6.2M17.5 14.6c2 .7 3.3 2.4 3.7 4.9",
  doctor:
    "M6.5 4H4.8v5.2a4.6 4.6 0 0 0 9.2 0V4h-1.7M9.4 13.8V16a4.3 4.3 0 0 0 8.6 0v-2.2M18 13.8a2.1 2.1 0 1 0 0-4.2 2.1 2.1 0 0 0 0 4.2Z",
  profile:
    "M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 17V7A1.5 1.5 0 0 1 5 5.5ZM9 11.8a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8ZM6 16c.4-1.8 1.5-2.6 3-2.6s2.6.8 3 2.6M14.5 10h3M14.5 13.5h3",

  // Deeds
  add: "M12 5.2v13.6M5.2 12h13.6",
  check: "M5 12.8 9.6 17.2 19 7",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  chevron: "M9.5 6l6 6-6 6",
  back: "M19.5 12H5M10.8 6 4.8 12l6 6",
  forward: "M4.5 12H19M13.2 6l6 6-6 6",
  edit: "M4.2 19.8l1-4.3L15.8 4.9a1.7 1.7 0 0 1 2.4 0l.9.9a1.7 1.7 0 0 1 0 2.4L8.5 18.8l-4.3 1ZM13.5 7.2l3.3 3.3",
  copy: "M10 8.5h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1ZM15.5 8.5V4.5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h4",
  print:
    "M7 8.5V4h10v4.5M7 17H5a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 5 8.5h14a1.5 1.5 0 0 1 1.5 1.5v5.5A1.5 1.5 0 0 1 19 17h-2M7 14h10v6.5H7V14Z",
  refresh:
    "M19.8 11a7.9 7.9 0 0 0-14.2-3.2L4.2 9.7M4.2 5v4.7h4.7M4.2 13a7.9 7.9 0 0 0 14.2 3.2l1.4-1.9M19.8 19v-4.7h-4.7",
  turn: "M19.8 12.2a7.8 7.8 0 1 1-2.6-5.8l2.4 2.2M19.8 3.8v4.9h-4.9",
  undo: "M8.5 5 4.2 9.3l4.3 4.3M4.2 9.3h9.8a5.5 5.5 0 0 1 0 11H10",
  bin: "M4.5 7h15M9.5 7V4.5h5V7M6.3 7l.9 12.2a1.3 1.3 0 0 0 1.3 1.3h7a1.3 1.3 0 0 0 1.3-1.3L17.7 7M10.2 11v5.5M13.8 11v5.5",
  minus: "M5.2 12h13.6",
  compare: "M4.5 4.5h5.5v15H4.5v-15ZM14 4.5h5.5v15H14v-15ZM6.5 8.5H8M16 8.5h1.5M6.5 12H8M16 12h1.5",
  stop: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM6 6l12 12",
  download: "M12 4v11.5M7 11l5 4.8 5-4.8M4.5 19.8h15",
  upload: "M12 15.8V4.3M7 8.8l5-4.6 5 4.6M4.5 19.8h15",
  filter: "M4 6.5h16M7 12h10M10 17.5h4",
  qr: "M4 4h6v6H4V4ZM14 4h6v6h-6V4ZM4 14h6v6H4v-6ZM14 14h2.5M20 14v2.5M14 20h2.5M20 20h.01M17 17h.01",

  // States
  info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11.2v5M12 8h.01",
  warning:
    "M10.7 4.9 3.2 17.7a1.5 1.5 0 0 0 1.3 2.3h15a1.5 1.5 0 0 0 1.3-2.3L13.3 4.9a1.5 1.5 0 0 0-2.6 0ZM12 9.8v4.4M12 17h.01",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.3v5l3.3 2",
  cloud: "M7 18.5a4 4 0 0 1-.6-8 5.6 5.6 0 0 1 10.7-1.3A4.7 4.7 0 0 1 17 18.5H7Z",
  cloudOff:
    "M9.5 6.5a5.6 5.6 0 0 1 7.6 2.7 4.7 4.7 0 0 1 2.7 7.6M16.5 18.5H7a4 4 0 0 1-.6-8c0-.4.2-.9.4-1.3M4 4l16.5 16.5",

  // Looks and languages
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3.2v1.6M12 19.2v1.6M3.2 12h1.6M19.2 12h1.6M5.8 5.8l1.1 1.1M17.1 17.1l1.1 1.1M5.8 18.2l1.1-1.1M17.1 6.9l1.1-1.1",
  moon: "M19.8 14.3A8 8 0 0 1 9.7 4.2a8 8 0 1 0 10.1 10.1Z",
  screen:
    "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15V6a1.5 1.5 0 0 1 1.5-1.5ZM12 16.5v3.5M8.5 20h7",
  text: "M3.5 18 8 6l4.5 12M5 14h6M14.5 18l3-8 3 8M15.5 15.5h4",
  language:
    "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM3.5 12h17M12 3.5c2.5 2.4 3.6 5.2 3.6 8.5s-1.1 6.1-3.6 8.5c-2.5-2.4-3.6-5.2-3.6-8.5S9.5 5.9 12 3.5Z",

  // Files
  file: "M7 3.5h6.5l5 5v11a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1ZM13.5 3.5v5h5M9.5 13h5.5M9.5 16.5h4",
  image:
    "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5ZM8.5 10.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM4 17l4.5-4 3 2.5 4-4.5 4.5 5",
  scan: "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M12 7.5v9M9.5 9.5h5M8.5 12h7M9.5 14.5h5",
  table:
    "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5ZM3 10h18M3 14.5h18M10 10v9",
  archive: "M4 4.5h16v4H4v-4ZM5.5 8.5v11h13v-11M10 12.5h4",

  // Kinds of records
  conditions:
    "M12 20c-5-3.3-8.3-6.2-8.3-10A4.5 4.5 0 0 1 12 7.6 4.5 4.5 0 0 1 20.3 10c0 3.8-3.3 6.7-8.3 10ZM7 12.3h2.6l1.2-2.3 2.2 4.3 1.2-2H17",
  medications: "M10.7 20.2 20.2 10.7a4.9 4.9 0 0 0-6.9-6.9l-9.5 9.5a4.9 4.9 0 0 0 6.9 6.9ZM8.5 8.5l7 7",
  allergies:
    "M12 20.8V12M12 12V6.8M12 12 8 8.3M12 12l4-3.7M12 12l-5 .6M12 12l5 .6M12 3.8h.01M5.8 6.3h.01M18.2 6.3h.01M4 12.9h.01M20 12.9h.01M12 17.8c1.9 0 3.3-.8 4.2-2.4",
  results:
    "M9.5 3.8v6L4.8 18a1.7 1.7 0 0 0 1.5 2.5h11.4a1.7 1.7 0 0 0 1.5-2.5L14.5 9.8v-6M8 3.8h8M7.3 14.8h9.4",
  vitals: "M3 12.5h4L9.2 6.5l4 11.5 2.6-7.5 1.2 2H21",
  immunizations:
    "M14.3 6.2 17.8 9.7 9.2 18.3H5.7v-3.5L14.3 6.2ZM5.7 18.3 3.5 20.5M9.8 10.7l1.9 1.9M12.2 8.3l1.9 1.9M16 8l3-3M17.3 3.3l3.4 3.4",
  procedures:
    "M13.8 9.8 19.3 4.3a1.5 1.5 0 0 1 2.1 2.1l-5.4 5.6M13.8 9.8c-4.7.7-8.3 3.7-10.3 9.2 5.6-1.3 9.7-3.5 12.5-7l-2.2-2.2Z",
  encounters:
    "M5.5 5.5h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1ZM4.5 10h15M8.5 3.5v4M15.5 3.5v4M12 12.8v4.4M9.8 15h4.4",
  documents:
    "M8.5 7.5v-3a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-2.5M5.5 7.5H15a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H5.5a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM7.5 12H13M7.5 15.5h4",
  carePlans:
    "M8.5 5H6.5a1 1 0 0 0-1 1v13.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V6a1 1 0 0 0-1-1h-2M8.5 3.5h7v3.3h-7V3.5ZM8.5 11.3l1.2 1.2 2.3-2.4M8.5 16.3l1.2 1.2 2.3-2.4M14.5 11.5h1M14.5 16.5h1",
  claims: "M6 3.5h12v17l-2-1.4-2 1.4-2-1.4-2 1.4-2-1.4-2 1.4v-17ZM9.5 8h5M9.5 12h5",
  mentalHealth:
    "M9 20.5v-3H7.5A1.5 1.5 0 0 1 6 16v-2.3l-1.7-1L6 9.5a6.6 6.6 0 1 1 10.5 5.3v5.7M12.5 8.5c-1.2-1.3-3.2.2-2.2 1.7.5.8 2.2 2 2.2 2s1.7-1.2 2.2-2c1-1.5-1-3-2.2-1.7Z",
  sexualHealth:
    "M10.5 15.5a4.7 4.7 0 1 0 0-9.4 4.7 4.7 0 0 0 0 9.4ZM10.5 15.5v5M8 18.2h5M13.9 7.5l4.6-4.3M14.7 3.2h3.8V7",
  substanceUse: "M7 3.8h10l-.8 6.2a4.2 4.2 0 0 1-8.4 0L7 3.8ZM12 14.2v6M8.5 20.2h7M7.5 8.2h9",
  genetics: "M7.5 3.5c0 6.5 9 5.5 9 12v5M16.5 3.5c0 6.5-9 5.5-9 12v5M8.5 6.5h7M8.5 17.5h7",
  violence: "M12 3.5 19.5 6v5.8c0 4.3-3 7.2-7.5 8.7-4.5-1.5-7.5-4.4-7.5-8.7V6L12 3.5ZM12 8.3v4.5M12 15.8h.01",
  other: "M5.5 12h.01M12 12h.01M18.5 12h.01",

  // Signs of a sharing space
  heart: "M12 20c-5-3.3-8.3-6.2-8.3-10A4.5 4.5 0 0 1 12 7.6 4.5 4.5 0 0 1 20.3 10c0 3.8-3.3 6.7-8.3 10Z",
  leaf: "M5.5 18.5C4.5 9.5 10 4.5 19.5 4.5 20 13.5 15 19.5 8 18M4.5 20.5c1.2-5 4.3-8.3 9-10.5",
  bone: "M8 10.4a2.5 2.5 0 1 1-1.6-4 2.5 2.5 0 1 1 4 1.6L16 13.6a2.5 2.5 0 1 1 1.6 4 2.5 2.5 0 1 1-4-1.6L8 10.4Z",
} as const;

export type IconName = keyof typeof paths;

export const iconNames = Object.keys(paths) as IconName[];

export const isIconName = (name: string): name is IconName => Object.hasOwn(paths, name);

/** They point the other way in a script from right to left. */
const ways: ReadonlySet<IconName> = new Set(["back", "forward"]);

export function Icon({ name, size, after }: { name: IconName; size?: "small" | "large"; after?: boolean }) {
  return (
    <svg
      className={["icon", size && `icon-${size}`, after && "icon-after", ways.has(name) && "icon-way"]
        .filter(Boolean)
        .join(" ")}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "other" ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** An icon that stands for a thing: in a quiet disc. */
export function Emblem({
  name,
  tone,
  size,
}: {
  name: IconName;
  tone?: "quiet" | "caution" | "good" | undefined;
  size?: "large";
}) {
  const classes = ["emblem", tone && `emblem-${tone}`, size && `emblem-${size}`].filter(Boolean).join(" ");
  return (
    <span className={classes} aria-hidden="true">
      <Icon name={name} {...(size ? { size } : {})} />
    </span>
  );
}

/** The sign of the product: a letter whose seal is a key. */
export function Brand({ size }: { size?: "large" }) {
  return (
    <svg
      className={size ? "brand brand-large" : "brand"}
      viewBox="0 0 64 64"
      aria-hidden="true"
      focusable="false"
    >
      <rect className="brand-ground" width="64" height="64" rx="15" />
      <rect className="brand-letter" x="8" y="15" width="48" height="35" rx="4.5" />
      <path className="brand-fold" strokeWidth="2.4" strokeLinejoin="round" d="M10 16.5 32 33l22-16.5" />
      <circle className="brand-letter" cx="32" cy="33" r="12" />
      <circle className="brand-seal" cx="32" cy="33" r="9.8" />
      <path
        className="brand-key"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="M32 33a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM32 33v5.8M32 38.6h3M32 35.6h2"
      />
    </svg>
  );
}
