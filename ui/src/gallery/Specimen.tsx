import type { ReactNode } from "react";

/** One component in one state, with the name of the state below. */
export function Specimen({ name, children, wide }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <figure className={wide ? "specimen specimen-wide" : "specimen"}>
      <div className="specimen-body">{children}</div>
      <figcaption className="soft small">{name}</figcaption>
    </figure>
  );
}

export function Specimens({ children }: { children: ReactNode }) {
  return <div className="specimens">{children}</div>;
}

export const nothing = (): void => undefined;
