import { type ReactNode, useState } from "react";
import { useAnswer } from "../../app/queries";
import { navigate } from "../../app/router";
import { patient } from "../../backend";
import type {
  Category,
  DoctorCard,
  DoctorDirectory,
  PatientHome,
  Purpose,
  SpaceView,
} from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Stale } from "../../shared/components/Loaded";
import { Empty, Page } from "../../shared/components/Page";
import { toast } from "../../shared/components/Toast";
import { Skeleton } from "../../shared/components/Waiting";
import { useDraft } from "../../shared/drafts";
import { ConfirmStep } from "./ConfirmStep";
import { DoctorStep, KindsStep, PurposeStep, SpaceStep, UntilStep } from "./ShareSteps";
import { type UntilChoice, noUntil } from "./Until";

/** What she has chosen so far. Nothing is chosen for her. */
export interface Choices {
  spaceId: string | undefined;
  doctor: string | undefined;
  acceptChangedKey: boolean;
  categories: Category[];
  purpose: Purpose | undefined;
  until: UntilChoice;
}

const nothing: Choices = {
  spaceId: undefined,
  doctor: undefined,
  acceptChangedKey: false,
  categories: [],
  purpose: undefined,
  until: noUntil,
};

export const steps = ["space", "doctor", "kinds", "purpose", "until", "preview"] as const;
export type Step = (typeof steps)[number];

export interface StepProps {
  choices: Choices;
  onChoose: (change: Partial<Choices>) => void;
  onNext: () => void;
}

/** Sharing, one question at a time; the answers outlive a look elsewhere and a lock. */
export function ShareNew() {
  const spaces = useAnswer(["spaces"], patient.spaces);
  const home = useAnswer(["patient-home"], patient.home);
  const directory = useAnswer(["doctors"], patient.doctors);
  if (home.data && !home.data.enrolled)
    return (
      <Page heading={t("share.start")}>
        <Empty
          icon="key"
          heading={t("share.needsClinic")}
          action={
            <ButtonLink to="/join" look="primary">
              {t("home.join")}
            </ButtonLink>
          }
        >
          {t("home.notEnrolledWhy")}
        </Empty>
      </Page>
    );
  const failed = [spaces, home, directory].find((each) => each.isError && each.data === undefined);
  if (failed)
    return (
      <Page heading={t("share.start")}>
        <Failure error={failed.error} onRetry={() => void failed.refetch()} />
      </Page>
    );
  if (!spaces.data || !home.data || !directory.data) {
    const step = spaceAsked() ? "doctor" : "space";
    return (
      <Page heading={stepHeading(step, undefined)}>
        <div className="stack stack-fill stack-wide">
          <StepList step={step} />
          <Skeleton />
        </div>
      </Page>
    );
  }
  return (
    <Wizard
      spaces={spaces.data}
      home={home.data}
      directory={directory.data}
      before={<Stale queries={[spaces, home, directory]} />}
    />
  );
}

/** The space the address names. */
const spaceAsked = () =>
  new URLSearchParams(window.location.hash.split("?")[1] ?? "").get("space") ?? undefined;

function Wizard({
  spaces,
  home,
  directory,
  before,
}: {
  spaces: SpaceView[];
  home: PatientHome;
  directory: DoctorDirectory;
  /** That what can be chosen from is not of today. */
  before: ReactNode;
}) {
  const fromAddress = spaceAsked();
  const [choices, keep, drop] = useDraft<Choices>("share", { ...nothing, spaceId: fromAddress });
  const [step, setStep] = useState<Step>(
    fromAddress && spaces.some((space) => space.id === fromAddress) ? "doctor" : "space",
  );
  const [job, setJob] = useState<string>();
  const onChoose = (change: Partial<Choices>) => {
    keep({ ...choices, ...change });
  };
  const at = steps.indexOf(step);
  const go = (by: number) => {
    const next = steps[at + by];
    if (next) {
      setStep(next);
      window.scrollTo({ top: 0 });
    }
  };
  const props: StepProps = {
    choices,
    onChoose,
    onNext: () => {
      go(1);
    },
  };
  const doctor = directory.doctors.find((card) => card.certificate === choices.doctor);
  const space = spaces.find((each) => each.id === choices.spaceId);
  return (
    <Page key={step} heading={stepHeading(step, doctor)} wide={step === "preview"}>
      <div className="stack stack-fill stack-wide">
        {before}
        <StepList step={step} />
        {step === "space" && <SpaceStep {...props} spaces={spaces} />}
        {step === "doctor" && <DoctorStep {...props} directory={directory} />}
        {step === "kinds" && <KindsStep {...props} counts={home.categories} />}
        {step === "purpose" && <PurposeStep {...props} />}
        {step === "until" && <UntilStep {...props} />}
        {step === "preview" && doctor && space && (
          <ConfirmStep
            choices={choices}
            doctor={doctor}
            space={space}
            job={job}
            onJob={setJob}
            onDone={(share) => {
              drop();
              navigate(`/sharing/${encodeURIComponent(share)}`, "replace");
            }}
          />
        )}
        {step === "preview" && !(doctor && space) && <p>{t("share.chooseAgain")}</p>}
        {job === undefined && (
          <div className="actions">
            {at > 0 && (
              <Button
                look="quiet"
                icon="back"
                onPress={() => {
                  go(-1);
                }}
              >
                {t("action.back")}
              </Button>
            )}
            <Button
              look="quiet"
              onPress={() => {
                drop();
                toast(t("share.dropped"), () => {
                  keep(choices);
                  navigate("/sharing/new");
                });
                navigate("/sharing");
              }}
            >
              {t("share.dropDraft")}
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}

function StepList({ step }: { step: Step }) {
  return (
    <ol className="steps" aria-label={t("share.steps")}>
      {steps.map((each, index) => (
        <li
          key={each}
          className={index < steps.indexOf(step) ? "step-done" : undefined}
          aria-current={each === step ? "step" : undefined}
        >
          <span>
            {index + 1}. {t(`share.step.${each}`)}
          </span>
        </li>
      ))}
    </ol>
  );
}

function stepHeading(step: Step, doctor: DoctorCard | undefined): string {
  const name = doctor?.name ?? t("share.theDoctor");
  return t(`share.ask.${step}`, { name });
}
