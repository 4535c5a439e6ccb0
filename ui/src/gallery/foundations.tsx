import { Specimen, Specimens } from "./Specimen";

const tones = [
  "paper",
  "surface",
  "sunk",
  "rail-paper",
  "hover",
  "ink",
  "ink-soft",
  "line",
  "line-strong",
  "action",
  "action-strong",
  "action-soft",
  "action-line",
  "danger",
  "danger-strong",
  "danger-soft",
  "danger-line",
  "caution",
  "caution-soft",
  "caution-line",
  "good",
  "good-soft",
  "good-line",
  "range",
  "toast",
] as const;

export function ToneSheet() {
  return (
    <div className="tones">
      {tones.map((name) => (
        <figure key={name}>
          <span className={`tone tone-${name}`} />
          <figcaption className="small">{name}</figcaption>
        </figure>
      ))}
    </div>
  );
}

export function TypeSheet() {
  return (
    <Specimens>
      <Specimen name="31 · h1" wide>
        <p className="type-xxl">Dr Okafor asks to see your heart records</p>
      </Specimen>
      <Specimen name="25 · value" wide>
        <p className="value-big">7.1 mmol/L</p>
      </Specimen>
      <Specimen name="20 · h2" wide>
        <h3 className="type-l">What you share</h3>
      </Specimen>
      <Specimen name="16 · text" wide>
        <p>
          Keyward keeps medical records on your computer and shares them only with the people you choose.
          Nobody in between can read them, and every share has an end. 患者自己决定谁能看。
        </p>
      </Specimen>
      <Specimen name="14 · small" wide>
        <p className="small soft">From records-2026/bundle-1.json, received on 19 November 2026</p>
      </Specimen>
      <Specimen name="figures">
        <p className="figures">
          1,111.1
          <br />
          8,888.8
        </p>
      </Specimen>
      <Specimen name="code">
        <p className="code-big">
          <span>K7QM</span> <span>2XVB</span>
        </p>
      </Specimen>
    </Specimens>
  );
}
