import type { ReactNode } from "react";

export interface Fact {
  label: string;
  value: ReactNode;
  /** For example a link that changes it. */
  action?: ReactNode;
}

/** Labelled values in the order in which a person would ask for them. Empty ones are left out. */
export function Facts({ facts }: { facts: (Fact | undefined | false)[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) =>
        fact ? (
          <div key={fact.label} className={fact.action ? "with-action" : undefined}>
            <dt>{fact.label}</dt>
            <dd>
              {fact.value}
              {fact.action && <div className="fact-action">{fact.action}</div>}
            </dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

/** Groups of four, as on the printed sheet, read as one. */
export function HexGroups({ groups }: { groups: string[] }) {
  return <span className="hex-groups">{groups.join(" ")}</span>;
}
