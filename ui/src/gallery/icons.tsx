import { Brand, Emblem, Icon, iconNames } from "../shared/icons";
import { Monogram } from "../shared/components/Monogram";
import { Specimen, Specimens } from "./Specimen";

export function IconSheet() {
  return (
    <>
      <ul className="icon-grid">
        {iconNames.map((name) => (
          <li key={name}>
            <Icon name={name} size="large" />
            <span className="small">{name}</span>
          </li>
        ))}
      </ul>
      <Specimens>
        <Specimen name="brand">
          <Brand size="large" /> <Brand />
        </Specimen>
        <Specimen name="emblem">
          <span className="row">
            <Emblem name="conditions" /> <Emblem name="file" tone="quiet" />{" "}
            <Emblem name="file" tone="caution" /> <Emblem name="check" tone="good" />{" "}
            <Emblem name="folder" size="large" />
          </span>
        </Specimen>
        <Specimen name="monogram">
          <span className="row">
            <Monogram name="Dr Ada Example" /> <Monogram name="Test-Bruno Sample" quiet />
          </span>
        </Specimen>
        <Specimen name="small, normal, large">
          <span className="row">
            <Icon name="key" size="small" /> <Icon name="key" /> <Icon name="key" size="large" />
          </span>
        </Specimen>
      </Specimens>
    </>
  );
}
