import type { VisibilityView } from "../../backend/types";

const stop = "M11 8h8M19 4.5v7";

/**
 * The visibility line as a drawing: the filled dot is whoever holds the records, rings are those who may look. A line
 * that ends in a bar leads to nobody.
 */
export function Sight({ visibility }: { visibility: VisibilityView }) {
  switch (visibility.kind) {
    case "onlyYou":
      return (
        <Drawing width={22}>
          <circle className="filled" cx="6" cy="8" r="4" />
          <path d={stop} />
        </Drawing>
      );
    case "shared":
      return <Shared readers={visibility.with.length} />;
    case "received":
      return (
        <Drawing width={36}>
          <circle className="filled" cx="6" cy="8" r="4" />
          <path d="M11 8h13.5" />
          <circle cx="29.5" cy="8" r="4" />
          <circle className="filled" cx="29.5" cy="8" r="1.5" />
        </Drawing>
      );
    case "clinic":
      return (
        <Drawing width={30}>
          <circle className="filled" cx="6" cy="8" r="4" />
          <path d="M11 8h8M20 4h7.5v8H20z" />
        </Drawing>
      );
  }
}

/** One ring, two, or at most three: the sentence says how many there are. */
function Shared({ readers }: { readers: number }) {
  const rings = Math.min(Math.max(readers, 1), 3);
  return (
    <Drawing width={29 + rings * 6}>
      <circle className="filled" cx="6" cy="8" r="4" />
      <path d="M11 8h12.5" />
      {Array.from({ length: rings }, (_, index) => (
        <circle key={index} cx={27.5 + index * 6} cy="8" r="4" />
      ))}
    </Drawing>
  );
}

function Drawing({ width, children }: { width: number; children: React.ReactNode }) {
  return (
    <svg
      className="sight"
      viewBox={`0 0 ${String(width)} 16`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}
