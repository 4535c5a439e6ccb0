import { useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { Anonymity, RetiredSpace, SpaceView, SpaceWaits } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Decision } from "../../shared/components/Decision";
import { Disclosure } from "../../shared/components/Disclosure";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Notice, Tag } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { toast } from "../../shared/components/Toast";
import { VisibilityLine, together } from "../../shared/components/VisibilityLine";
import { fullDate } from "../../shared/format/dates";
import { Form } from "../../shared/forms";
import { Emblem, isIconName } from "../../shared/icons";
import { SpaceForm } from "./SpaceForm";

/** Sharing spaces: each is a separate face that doctors see. */
export function Spaces() {
  const spaces = useAnswer(["spaces"], patient.spaces);
  // Not asked for yet is not the same as done with: then the button has the focus back.
  const [adding, setAdding] = useState<boolean>();
  return (
    <Page
      heading={t("spaces.heading")}
      visibility={spaces.data && together(spaces.data.map((space) => space.visibility))}
      lead={t("spaces.lead")}
      actions={
        !adding && (
          <Button
            icon="add"
            autoFocus={adding === false}
            onPress={() => {
              setAdding(true);
            }}
          >
            {t("spaces.create")}
          </Button>
        )
      }
    >
      {adding && (
        <div className="panel panel-above">
          <SpaceForm
            onDone={() => {
              setAdding(false);
            }}
            onCancel={() => {
              setAdding(false);
            }}
          />
        </div>
      )}
      <Loaded query={spaces}>
        {(known) =>
          known.length === 0 && !adding ? (
            <Empty icon="spaces" heading={t("spaces.none")}>
              {t("spaces.noneHint")}
            </Empty>
          ) : (
            <ul className="list">
              {known.map((space) => (
                <SpaceRow key={space.id} space={space} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {spaces.data && <PutAway />}
    </Page>
  );
}

/** The spaces that were put away, and what became of them at the relay. */
function PutAway() {
  const { data: known = [] } = useAnswer(["spaces", "retired"], patient.spacesRetired);
  if (known.length === 0) return null;
  return (
    <Disclosure label={t("spaces.away", { n: known.length })}>
      <ul className="bullets">
        {known.map((space) => (
          <li key={space.id}>
            {t("spaces.awaySince", { name: space.name, date: fullDate(space.at) })}{" "}
            <span className="soft">{awayWords(space)}</span>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

const awayWords = ({ deleting, deleted }: RetiredSpace) => {
  if (deleting) return t("spaces.awayDeleting");
  return deleted === null ? t("spaces.awayNowhere") : t("spaces.awayDeleted", { date: fullDate(deleted) });
};

/** The way to put a space away, and what follows from it. */
function Retire({ space: { id, name, liveShares } }: { space: SpaceView }) {
  const retire = useDeed(patient.spaceRetire, () => {
    toast(t("spaces.retired", { name }));
  });
  return (
    <Decision
      verb={t("spaces.retire")}
      label={t("spaces.retireNamed", { name })}
      icon="archive"
      look="quiet"
      heading={t("spaces.retireAsk", { name })}
      confirm={t("spaces.retireGo")}
      keep={t("spaces.retireKeep")}
      deed={retire}
      input={() => ({ id })}
    >
      <p>{t("spaces.retireShares", { n: liveShares })}</p>
      <p>{t("spaces.retireWhy")}</p>
      <p>{t("spaces.retireStays")}</p>
    </Decision>
  );
}

/** What the anonymity of a space rests on, and where it is thin: said plainly, and only where it holds. */
function HowPrivate({ anonymity }: { anonymity: Anonymity }) {
  const { until, apart, atOnce, oneComputer, alike, setUpKey } = anonymity;
  return (
    <Disclosure label={t("spaces.private")} level={3}>
      <ul className="bullets">
        {until !== null && <li>{t("spaces.private.apart")}</li>}
        <li>{t(apart ? "spaces.private.timesApart" : "spaces.private.times")}</li>
        {atOnce && <li>{t("spaces.private.atOnce")}</li>}
        {oneComputer && <li>{t("spaces.private.oneComputer")}</li>}
        {alike.map((name) => (
          <li key={name}>{t("spaces.private.alike", { name })}</li>
        ))}
        <li>{t("spaces.private.few")}</li>
        {setUpKey && <li>{t("spaces.private.setUpKey")}</li>}
        {until !== null && <li>{t("spaces.private.until", { date: fullDate(until) })}</li>}
      </ul>
    </Disclosure>
  );
}

/** What waits for the day of this space, and the way past it. */
function Waits({ space: { id, name }, waits }: { space: SpaceView; waits: SpaceWaits }) {
  const send = useDeed(patient.spaceSendNow, () => {
    toast(t("spaces.sent", { name }));
  });
  const date = fullDate(waits.by);
  return (
    <Notice>
      <p>{t(waits.persona ? "spaces.waitsPersona" : "spaces.waits", { date })}</p>
      <Decision
        verb={t("spaces.sendNow")}
        icon="forward"
        heading={t("spaces.sendNowAsk", { name })}
        confirm={t("spaces.sendNow")}
        keep={t("spaces.sendNowKeep")}
        tone="primary"
        deed={send}
        input={() => ({ id })}
      >
        <p>{t("spaces.sendNowWhy")}</p>
        {waits.persona && <p>{t("spaces.sendNowPersona")}</p>}
      </Decision>
    </Notice>
  );
}

function SpaceRow({ space }: { space: SpaceView }) {
  const [renaming, setRenaming] = useState<boolean>();
  const [name, setName] = useState(space.name);
  const back = useDeed(patient.spaceRename);
  const rename = useDeed(patient.spaceRename, (_, { name: now }) => {
    setRenaming(false);
    const { id, icon, name: before } = space;
    if (now !== before)
      toast(t("spaces.renamed", { name: now }), () => {
        setName(before);
        back.mutate({ id, name: before, icon });
      });
  });
  return (
    <li className="list-item">
      <Emblem name={isIconName(space.icon) ? space.icon : "spaces"} />
      <div className="list-main">
        {renaming ? (
          <Form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== "") rename.mutate({ id: space.id, name: name.trim(), icon: space.icon });
            }}
          >
            <TextField
              label={t("spaces.name")}
              autoFocus
              value={name}
              onChange={setName}
              maxLength={60}
              error={name.trim() === "" ? t("spaces.nameMissing") : undefined}
            />
            {rename.isError && <Failure error={rename.error} />}
            <div className="actions">
              <Button look="primary" type="submit" isPending={rename.isPending}>
                {t("spaces.saveName")}
              </Button>
              <Button
                onPress={() => {
                  setRenaming(false);
                }}
              >
                {t("action.leaveAsIs")}
              </Button>
            </div>
          </Form>
        ) : (
          <h2 className="list-title">{space.name}</h2>
        )}
        <span className="soft">
          {space.showsName
            ? t("spaces.showsName")
            : t("spaces.showsPseudonym", { pseudonym: space.pseudonym })}
        </span>
        <VisibilityLine visibility={space.visibility} />
        <span className="row">
          {!space.certified && <Tag tone="caution">{t("spaces.notCertified")}</Tag>}
          <span className="soft small">
            {t("spaces.liveShares", { n: space.liveShares })} ·{" "}
            {t("spaces.since", { date: fullDate(space.created) })}
          </span>
        </span>
      </div>
      <div className="actions">
        {!renaming && (
          <Button
            look="quiet"
            icon="edit"
            autoFocus={renaming === false}
            aria-label={t("spaces.renameNamed", { name: space.name })}
            onPress={() => {
              setRenaming(true);
            }}
          >
            {t("spaces.rename")}
          </Button>
        )}
        <ButtonLink to={`/sharing/new?space=${encodeURIComponent(space.id)}`} look="quiet" icon="share">
          {t("spaces.shareFrom")}
        </ButtonLink>
        {!renaming && <Retire space={space} />}
      </div>
      {space.waits && <Waits space={space} waits={space.waits} />}
      {!space.showsName && <HowPrivate anonymity={space.anonymity} />}
    </li>
  );
}
