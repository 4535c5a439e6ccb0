import { useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { patient } from "../../backend";
import type { Category, ImportView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Dialog } from "../../shared/components/Dialog";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { fullMoment } from "../../shared/format/dates";
import { categories, categoryName } from "../../shared/records/words";

/** What an import did, file by file where something was left out; and how to undo it. */
export function ImportReportPage({ params }: { params: Record<string, string> }) {
  const imports = useAnswer(["imports"], patient.importsList);
  return (
    <Page
      heading={t("report.heading")}
      visibility={{ kind: "onlyYou" }}
      back={{ to: "/add", label: t("import.heading") }}
    >
      <Loaded query={imports}>
        {(known) => {
          const found = known.find((each) => each.id === params.id);
          return found ? (
            <Report known={found} />
          ) : (
            <Empty
              icon="file"
              heading={t("report.gone")}
              action={<ButtonLink to="/add">{t("home.addRecords")}</ButtonLink>}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}

function Report({ known }: { known: ImportView }) {
  const { report } = known;
  const kinds = categories.filter((category) => (report.by_compartment[category] ?? 0) > 0);
  return (
    <>
      <div className="stack stack-fill">
        <Notice
          tone={report.refused.length > 0 ? "caution" : "good"}
          title={t("report.added", { n: report.resources })}
        >
          {report.refused.length > 0 && t("report.leftOut", { n: report.refused.length })}
        </Notice>
        <Facts
          facts={[
            {
              label: t("report.files"),
              value: t("report.filesCount", { n: report.files, names: known.names.join(", ") }),
            },
            { label: t("report.when"), value: fullMoment(known.at) },
            { label: t("report.duplicates"), value: t("report.duplicatesCount", { n: report.duplicates }) },
            { label: t("report.source"), value: t("report.sourceCount", { n: report.kept_as_source }) },
          ]}
        />
        <div className="actions">
          <ButtonLink to="/records" look="primary" icon="folder">
            {t("report.look")}
          </ButtonLink>
          {known.recordsLeft > 0 && <Undo known={known} />}
        </div>
      </div>
      {kinds.length > 0 && (
        <Section heading={t("report.byKind")}>
          <Facts
            facts={kinds.map((category: Category) => ({
              label: categoryName(category),
              value: t("chart.count", { n: report.by_compartment[category] ?? 0 }),
            }))}
          />
        </Section>
      )}
      {report.refused.length > 0 && (
        <Section heading={t("report.refused")}>
          <ul className="list">
            {report.refused.map((file) => (
              <li key={file.file} className="list-item no-icon">
                <div className="list-main">
                  <span className="list-title">{file.file}</span>
                  <span>{t(`refused.${file.reason}`)}</span>
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Undo({ known }: { known: ImportView }) {
  const [asking, setAsking] = useState(false);
  const undo = useDeed(patient.importUndo, () => {
    setAsking(false);
    navigate("/add");
  });
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Button
        icon="history"
        onPress={() => {
          setAsking(true);
        }}
      >
        {t("undo.verb")}
      </Button>
      <Dialog heading={t("undo.heading", { n: known.recordsLeft })} isOpen={asking} onClose={close}>
        <p>{t("undo.what")}</p>
        {known.recordsShared > 0 && (
          <Notice tone="caution">{t("undo.shared", { n: known.recordsShared })}</Notice>
        )}
        {undo.isError && <Failure error={undo.error} />}
        <div className="actions">
          <Button
            look="danger"
            isPending={undo.isPending}
            onPress={() => {
              undo.mutate({ importId: known.id });
            }}
          >
            {t("undo.confirm")}
          </Button>
          <Button onPress={close}>{t("undo.keep")}</Button>
        </div>
      </Dialog>
    </>
  );
}
