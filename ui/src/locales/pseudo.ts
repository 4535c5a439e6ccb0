import { en, type MessageKey } from "./en";

const accents: Record<string, string> = {
  a: "á",
  b: "ƀ",
  c: "ç",
  d: "ð",
  e: "é",
  f: "ƒ",
  g: "ĝ",
  h: "ĥ",
  i: "í",
  j: "ĵ",
  k: "ķ",
  l: "ļ",
  m: "ɱ",
  n: "ñ",
  o: "ó",
  p: "þ",
  q: "ɋ",
  r: "ř",
  s: "š",
  t: "ţ",
  u: "ú",
  v: "ṽ",
  w: "ŵ",
  x: "ẋ",
  y: "ý",
  z: "ž",
};

/** Accents on every letter of a message that is shown; ICU's own words and names stay. */
function accented(message: string): string {
  let out = "";
  let depth = 0;
  // Inside an argument, text stands in every second pair of braces: {n, plural, one {text} other {text}}.
  for (const letter of message) {
    if (letter === "{") depth += 1;
    if (letter === "}") depth -= 1;
    out += depth % 2 === 0 ? (accents[letter] ?? letter) : letter;
  }
  return out;
}

const padding = "·".repeat(200);

/** English made a third longer, with accents and in brackets: what shows none of it was never in a catalogue. */
export const pseudo = Object.fromEntries(
  Object.entries(en).map(([key, message]) => [
    key,
    `⟦${accented(message)}${padding.slice(0, Math.ceil(message.length / 3))}⟧`,
  ]),
) as Record<MessageKey, string>;
