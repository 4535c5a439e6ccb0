import { t } from "../../locales/i18n";
import { Checkbox, TextField } from "./Fields";

export interface PassphraseChoice {
  wanted: boolean;
  first: string;
  second: string;
}

export const noPassphrase: PassphraseChoice = { wanted: false, first: "", second: "" };

/** Length below which guessing is too easy even with a slow key derivation. */
export const shortest = 10;

/** What is wrong with the choice, if anything. */
export function passphraseFaults(choice: PassphraseChoice): { first?: string; second?: string } {
  if (!choice.wanted) return {};
  if (choice.first.length < shortest) return { first: t("passphrase.tooShort", { n: shortest }) };
  return choice.first === choice.second ? {} : { second: t("passphrase.differs") };
}

/** A passphrase, with honest words about what it protects from; where it is not what one came for, it is asked first. */
export function PassphraseFields({
  value,
  onChange,
  tried,
  optional = true,
}: {
  value: PassphraseChoice;
  onChange: (value: PassphraseChoice) => void;
  tried: boolean;
  optional?: boolean;
}) {
  const wrong = tried ? passphraseFaults(value) : {};
  return (
    <div className="stack">
      {optional ? (
        <Checkbox
          value={value.wanted}
          onChange={(wanted) => {
            onChange({ ...value, wanted });
          }}
        >
          <span className="choice-title">{t("passphrase.want")}</span>
          <span className="soft small">{t("passphrase.what")}</span>
        </Checkbox>
      ) : (
        <p>{t("passphrase.what")}</p>
      )}
      {value.wanted && (
        <>
          <TextField
            label={t("passphrase.first")}
            hint={t("passphrase.hint", { n: shortest })}
            type="password"
            autoComplete="new-password"
            value={value.first}
            error={wrong.first}
            onChange={(first) => {
              onChange({ ...value, first });
            }}
          />
          <TextField
            label={t("passphrase.second")}
            type="password"
            autoComplete="new-password"
            value={value.second}
            error={wrong.second}
            onChange={(second) => {
              onChange({ ...value, second });
            }}
          />
          <p className="soft small">{t("passphrase.forgotten")}</p>
        </>
      )}
    </div>
  );
}
