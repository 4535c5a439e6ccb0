const titles = /^(dr|prof|mr|mrs|ms|mx|miss|sir|dame)\.?$/i;

/** Initials of a person: first and last word, titles left out. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "" && !titles.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return [first, last]
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

/** A person in a list: her initials in a quiet disc, for eyes that look for a line again. */
export function Monogram({ name, quiet }: { name: string; quiet?: boolean }) {
  return (
    <span className={quiet ? "emblem emblem-quiet monogram" : "emblem monogram"} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
