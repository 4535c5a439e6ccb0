import { Brand, Icon, type IconName } from "../shared/icons";

const places: [IconName, string][] = [
  ["home", "Home"],
  ["folder", "Records"],
  ["share", "Sharing"],
];

/** The rail alone; the whole frame is in the pictures of the screens. */
export function FrameSheet() {
  return (
    <div className="rail rail-still">
      <p className="rail-mark">
        <Brand />
        Keyward
      </p>
      <span className="rail-find">
        <Icon name="search" /> Find a place <kbd>Ctrl K</kbd>
      </span>
      <div className="rail-places">
        {places.map(([icon, words], index) => (
          <span className="rail-place" key={icon} aria-current={index === 0 ? "page" : undefined}>
            <Icon name={icon} /> {words}
          </span>
        ))}
      </div>
      <p className="touch rail-touch">
        <Icon name="cloud" /> In touch at 21:46
      </p>
      <p className="touch touch-bad rail-touch">
        <Icon name="cloudOff" /> Out of touch
      </p>
    </div>
  );
}
