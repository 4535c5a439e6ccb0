const query = new URLSearchParams(window.location.search);

/** What the address asks to be shown. */
export const wanted: {
  window: string;
  state: string;
  theme: "dark" | "light" | "system";
  asks: boolean;
  table: boolean;
  slow: boolean;
  file: string;
  holds: boolean;
  gallery: boolean;
} = {
  window: query.get("window") ?? "welcome",
  state: query.get("state") ?? "full",
  theme: query.get("theme") === "dark" ? "dark" : query.get("theme") === "light" ? "light" : "system",
  /** An import that stops and asks; work that never ends. */
  asks: query.has("ask"),
  /** It asks about the columns of a table. */
  table: query.get("ask") === "table",
  slow: query.has("slow"),
  /** How a profile's file is: `damaged`, `kept`, or well. */
  file: query.get("file") ?? "",
  /** Answers wait until they are let go. */
  holds: query.has("hold"),
  gallery: query.has("gallery"),
};

export const listeners = new Map<string, Set<(payload: unknown) => void>>();

export const tell = (event: string, payload: unknown): void => {
  for (const heard of listeners.get(event) ?? []) heard(payload);
};
