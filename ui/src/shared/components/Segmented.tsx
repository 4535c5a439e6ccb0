import { Label, Radio, RadioGroup } from "react-aria-components";
import { Icon, type IconName } from "../icons";

/** Two to four short answers, one of which always holds: a view, a theme, a size. */
export function Segmented<Value extends string>({
  label,
  segments,
  value,
  onChange,
  hideLabel,
}: {
  label: string;
  segments: readonly { value: Value; title: string; icon?: IconName }[];
  value: Value;
  onChange: (value: Value) => void;
  hideLabel?: boolean;
}) {
  return (
    <RadioGroup
      className="segments"
      orientation="horizontal"
      value={value}
      onChange={(next) => {
        onChange(next as Value);
      }}
    >
      <Label className={hideLabel ? "hidden-visually" : "field-label"}>{label}</Label>
      <div className="segmented">
        {segments.map((segment) => (
          <Radio className="segment" key={segment.value} value={segment.value}>
            {segment.icon && <Icon name={segment.icon} />}
            {segment.title}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
