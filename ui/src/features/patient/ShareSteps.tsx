import { type ReactNode, useState } from "react";
import type {
  CategoryCount,
  Category,
  DoctorCard,
  DoctorDirectory,
  Purpose,
  SpaceView,
} from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Disclosure } from "../../shared/components/Disclosure";
import { Failure } from "../../shared/components/Failure";
import { Checkbox, CheckboxGroup, RadioGroup } from "../../shared/components/Fields";
import { HexGroups } from "../../shared/components/Facts";
import { Notice, Tag } from "../../shared/components/Notice";
import { Form } from "../../shared/forms";
import { commas, fullDate } from "../../shared/format/dates";
import { isIconName } from "../../shared/icons";
import { categoryHint, categoryName } from "../../shared/records/words";
import type { StepProps } from "./ShareNew";
import { SpaceForm } from "./SpaceForm";
import { UntilField, untilSeconds } from "./Until";

/** A question with its way on; the way on asks for an answer first. */
function Question({
  ready,
  onNext,
  children,
}: {
  ready: boolean;
  onNext: () => void;
  children: (tried: boolean) => ReactNode;
}) {
  const [tried, setTried] = useState(false);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (ready) onNext();
      }}
    >
      {children(tried)}
      <Button look="primary" type="submit">
        {t("action.continue")}
      </Button>
    </Form>
  );
}

export function SpaceStep({ choices, onChoose, onNext, spaces }: StepProps & { spaces: SpaceView[] }) {
  const [creating, setCreating] = useState(spaces.length === 0);
  if (creating)
    return (
      <div className="stack stack-fill">
        <p className="soft">{t("spaces.lead")}</p>
        <SpaceForm
          onDone={(space) => {
            onChoose({ spaceId: space.id });
            onNext();
          }}
          {...(spaces.length > 0
            ? {
                onCancel: () => {
                  setCreating(false);
                },
              }
            : {})}
        />
      </div>
    );
  const known = spaces.some((space) => space.id === choices.spaceId);
  return (
    <div className="stack stack-fill">
      <Question ready={known} onNext={onNext}>
        {(tried) => (
          <RadioGroup
            label={t("share.spaceLabel")}
            hint={t("share.spaceHint")}
            error={tried && !known ? t("share.spaceMissing") : undefined}
            value={known ? choices.spaceId : undefined}
            choices={spaces.map((space) => ({
              value: space.id,
              title: space.name,
              icon: isIconName(space.icon) ? space.icon : ("spaces" as const),
              hint: space.showsName
                ? t("spaces.showsName")
                : t("spaces.showsPseudonym", { pseudonym: space.pseudonym }),
            }))}
            onChange={(spaceId) => {
              onChoose({ spaceId });
            }}
          />
        )}
      </Question>
      <div className="actions">
        <Button
          look="quiet"
          icon="add"
          onPress={() => {
            setCreating(true);
          }}
        >
          {t("spaces.createAnother")}
        </Button>
      </div>
    </div>
  );
}

/** Doctors as certified by the pinned clinic; equal names are told apart by organisation and key. */
export function DoctorStep({
  choices,
  onChoose,
  onNext,
  directory,
}: StepProps & { directory: DoctorDirectory }) {
  const chosen = directory.doctors.find(
    (doctor) => doctor.certificate === choices.doctor && doctor.standing !== "removed",
  );
  const mustAccept = chosen?.standing === "keyChanged";
  const ready = chosen !== undefined && (!mustAccept || choices.acceptChangedKey);
  return (
    <div className="stack stack-fill">
      {directory.problem && <Failure error={directory.problem} tone="caution" />}
      {directory.untrusted > 0 && (
        <Notice tone="danger" title={t("doctor.untrustedTitle", { n: directory.untrusted })} alert>
          {t("doctor.untrusted")}
        </Notice>
      )}
      {directory.doctors.length === 0 ? (
        <p>{t("doctor.noneHint")}</p>
      ) : (
        <Question ready={ready} onNext={onNext}>
          {(tried) => (
            <>
              <RadioGroup
                label={t("doctor.label")}
                error={tried && !chosen ? t("doctor.missing") : undefined}
                value={chosen?.certificate}
                choices={directory.doctors.map((doctor) => ({
                  value: doctor.certificate,
                  title: doctor.name,
                  hint: <DoctorWords doctor={doctor} />,
                  disabled: doctor.standing === "removed",
                }))}
                onChange={(certificate) => {
                  onChoose({ doctor: certificate, acceptChangedKey: false });
                }}
              />
              {mustAccept && (
                <Notice tone="caution" title={t("doctor.keyChangedTitle", { name: chosen.name })} alert>
                  <p>{t("doctor.keyChanged")}</p>
                  <p>
                    {t("doctor.newKey")} <HexGroups groups={chosen.fingerprint} />
                  </p>
                  <Checkbox
                    value={choices.acceptChangedKey}
                    onChange={(acceptChangedKey) => {
                      onChoose({ acceptChangedKey });
                    }}
                  >
                    {t("doctor.acceptKey", { name: chosen.name })}
                  </Checkbox>
                  {tried && !choices.acceptChangedKey && (
                    <p className="field-error">{t("doctor.acceptMissing")}</p>
                  )}
                </Notice>
              )}
            </>
          )}
        </Question>
      )}
    </div>
  );
}

/** Who it is, who says so, and how to tell apart whoever has the same name. */
function DoctorWords({ doctor }: { doctor: DoctorCard }) {
  return (
    <>
      <span>{commas([doctor.role, doctor.organisation])}</span>
      <br />
      <span>
        {t("doctor.certifiedBy", { clinic: doctor.certifiedBy, date: fullDate(doctor.validUntil) })}
      </span>
      {doctor.registrationNumber !== null && (
        <>
          <br />
          <span className="figures">{t("doctor.registration", { number: doctor.registrationNumber })}</span>
        </>
      )}
      {doctor.sameName && (
        <>
          <br />
          <span>
            {t("doctor.sameName")} <HexGroups groups={doctor.fingerprint} />
          </span>
        </>
      )}
      {doctor.standing !== "new" && (
        <>
          <br />
          <Tag {...(doctor.standing === "known" ? { tone: "good" as const } : { tone: "caution" as const })}>
            {t(`doctor.standing.${doctor.standing}`)}
          </Tag>
        </>
      )}
    </>
  );
}

export function KindsStep({ choices, onChoose, onNext, counts }: StepProps & { counts: CategoryCount[] }) {
  const withRecords = counts.filter((each) => each.records > 0);
  if (withRecords.length === 0) return <p>{t("kinds.noRecords")}</p>;
  return (
    <Question ready={choices.categories.length > 0} onNext={onNext}>
      {(tried) => (
        <CheckboxGroup<Category>
          label={t("kinds.label")}
          hint={t("kinds.hint")}
          error={tried && choices.categories.length === 0 ? t("kinds.missing") : undefined}
          across
          value={choices.categories}
          choices={withRecords.map((each) => ({
            value: each.category,
            title: t("kinds.withCount", { kind: categoryName(each.category), n: each.records }),
            hint: categoryHint(each.category),
            icon: each.category,
          }))}
          onChange={(categories) => {
            onChoose({ categories });
          }}
        />
      )}
    </Question>
  );
}

const purposes = [
  "treatment",
  "emergencyTreatment",
  "payment",
  "operations",
  "research",
] as const satisfies readonly Purpose[];

export function PurposeStep({ choices, onChoose, onNext }: StepProps) {
  return (
    <Question ready={choices.purpose !== undefined} onNext={onNext}>
      {(tried) => (
        <>
          <RadioGroup<Purpose>
            label={t("purpose.label")}
            hint={t("purpose.hint")}
            error={tried && choices.purpose === undefined ? t("purpose.missing") : undefined}
            value={choices.purpose}
            choices={purposes.map((value) => ({
              value,
              title: t(`purpose.${value}`),
              hint: t(`purpose.${value}.hint`),
            }))}
            onChange={(purpose) => {
              onChoose({ purpose });
            }}
          />
          <Disclosure label={t("purpose.more")} level={2}>
            <p>{t("purpose.long")}</p>
          </Disclosure>
        </>
      )}
    </Question>
  );
}

export function UntilStep({ choices, onChoose, onNext }: StepProps) {
  const until = untilSeconds(choices.until);
  return (
    <Question ready={until !== undefined} onNext={onNext}>
      {(tried) => (
        <>
          <UntilField
            value={choices.until}
            tried={tried}
            onChange={(next) => {
              onChoose({ until: next });
            }}
          />
          <p className="soft">{t("until.afterwards")}</p>
        </>
      )}
    </Question>
  );
}
