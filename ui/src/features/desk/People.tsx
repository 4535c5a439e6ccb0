import { useDeferredValue } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { desk } from "../../backend";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Empty, Page } from "../../shared/components/Page";
import { arrowKeys } from "../../shared/arrowKeys";
import { useDraft } from "../../shared/drafts";
import { useClinic } from "./clinic";
import { PersonLine } from "./DeskHome";

/** Everybody in the register, found by name, birth date or the clinic's number. */
export function People() {
  const clinic = useClinic();
  const [text, setText] = useDraft("people-query", "");
  const query = useDeferredValue(text.trim());
  const people = useQuery({
    queryKey: ["people", query],
    queryFn: () => desk.people({ query }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      heading={t("people.heading")}
      visibility={clinic}
      actions={
        <ButtonLink to="/people/register" look="primary" icon="add">
          {t("register.verb")}
        </ButtonLink>
      }
    >
      <div className="stack stack-fill">
        <div role="search">
          <TextField
            label={t("people.find")}
            hint={t("people.findHint")}
            type="search"
            value={text}
            onChange={setText}
          />
        </div>
        <Loaded query={people}>
          {(known) =>
            known.length === 0 ? (
              <Empty
                icon="people"
                heading={query === "" ? t("people.none") : t("people.noneFound", { query })}
                action={<ButtonLink to="/people/register">{t("register.verb")}</ButtonLink>}
              >
                {t(query === "" ? "people.noneHint" : "people.noneFoundHint")}
              </Empty>
            ) : (
              <>
                <p className="soft" role="status">
                  {t("people.count", { n: known.length })}
                </p>
                <ul className="list" onKeyDown={arrowKeys}>
                  {known.map((row) => (
                    <PersonLine key={row.id} row={row} />
                  ))}
                </ul>
              </>
            )
          }
        </Loaded>
      </div>
    </Page>
  );
}
