import { useId, useState } from "react";
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";
import type { DocumentView, GreyWindow } from "../../backend/types";
import { type MessageKey, t } from "../../locales/i18n";
import { Choose } from "./Choose";

interface Preset {
  name: string;
  words: MessageKey;
  window: GreyWindow;
}

/** Windows radiologists use for CT; their numbers are Hounsfield units. */
const ofCt: readonly Preset[] = [
  { name: "soft", words: "doc.grey.soft", window: { centre: 40, width: 400 } },
  { name: "lung", words: "doc.grey.lung", window: { centre: -600, width: 1500 } },
  { name: "bone", words: "doc.grey.bone", window: { centre: 400, width: 1800 } },
  { name: "brain", words: "doc.grey.brain", window: { centre: 40, width: 80 } },
];

export function presetsOf(document: DocumentView): Preset[] {
  const presets: Preset[] = [];
  if (document.window)
    presets.push({ name: "suggested", words: "doc.grey.suggested", window: document.window });
  if (document.range) {
    const { least, greatest } = document.range;
    const all = { centre: (least + greatest) / 2, width: Math.max(1, greatest - least) };
    presets.push({ name: "all", words: "doc.grey.all", window: all });
  }
  return document.modality === "CT" ? [...presets, ...ofCt] : presets;
}

/** Which grey values are shown from black to white. */
export function GreyControls({
  document,
  value,
  onChange,
}: {
  document: DocumentView;
  value: GreyWindow;
  onChange: (window: GreyWindow) => void;
}) {
  const id = useId();
  const presets = presetsOf(document);
  const { least, greatest } = document.range ?? { least: 0, greatest: 255 };
  const [named, setNamed] = useState<string>();
  // Two names may stand for the same window: the one that was chosen stays, or arrow keys would never get past it.
  const same = presets.filter(({ window }) => window.centre === value.centre && window.width === value.width);
  const chosen = same.find(({ name }) => name === named) ?? same[0];
  return (
    <div className="doc-grey" role="group" aria-labelledby={id}>
      <p className="field-label" id={id}>
        {t("doc.grey")}
      </p>
      <Choose
        label={t("doc.greyPreset")}
        value={chosen?.name ?? ""}
        options={presets.map(({ name, words }) => ({ value: name, label: t(words) }))}
        onChange={(name) => {
          const preset = presets.find((each) => each.name === name);
          if (!preset) return;
          setNamed(name);
          onChange(preset.window);
        }}
      />
      <Grey
        label={t("doc.greyCentre")}
        value={value.centre}
        least={Math.min(least, value.centre)}
        greatest={Math.max(greatest, value.centre)}
        onChange={(centre) => {
          onChange({ ...value, centre });
        }}
      />
      <Grey
        label={t("doc.greyWidth")}
        value={value.width}
        least={1}
        greatest={Math.max(greatest - least, value.width, 2)}
        onChange={(width) => {
          onChange({ ...value, width });
        }}
      />
    </div>
  );
}

function Grey({
  label,
  value,
  least,
  greatest,
  onChange,
}: {
  label: string;
  value: number;
  least: number;
  greatest: number;
  onChange: (value: number) => void;
}) {
  return (
    <Slider
      className="doc-slider"
      value={value}
      minValue={least}
      maxValue={greatest}
      step={greatest - least >= 20 ? 1 : (greatest - least) / 100}
      onChange={(next) => {
        onChange(Number(next));
      }}
    >
      <Label>{label}</Label>
      <SliderOutput className="figures soft" />
      <SliderTrack className="doc-track">
        <SliderThumb className="doc-thumb" aria-label={label} />
      </SliderTrack>
    </Slider>
  );
}
