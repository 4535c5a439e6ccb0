import { useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";
import type { Category, PatientChart } from "../../backend/types";
import { t } from "../../locales/i18n";
import { ButtonLink } from "../../shared/components/Button";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page } from "../../shared/components/Page";
import { together } from "../../shared/components/VisibilityLine";
import { ChartSections, Timeline } from "../../shared/records/Chart";
import { ChartFilter, filterFromAddress } from "../../shared/records/ChartFilter";

const recordPage = (id: string) => `/records/${encodeURIComponent(id)}`;

/** Her records by kind and by time, with a filter. */
export function Records() {
  const chart = useAnswer(["chart"], patient.chart);
  return (
    <Page
      heading={t("records.heading")}
      visibility={chart.data && together(chart.data.categories.map((each) => each.visibility))}
      wide
      actions={
        <ButtonLink to="/add" icon="add">
          {t("home.addRecords")}
        </ButtonLink>
      }
    >
      <Loaded query={chart}>{(known) => <RecordsBody known={known} />}</Loaded>
    </Page>
  );
}

function RecordsBody({ known }: { known: PatientChart }) {
  const [filter, setFilter] = useState("");
  const [only, setOnly] = useState<Category | undefined>(filterFromAddress);
  const counted = known.categories.filter((each) => each.records > 0);
  if (counted.length === 0)
    return (
      <Empty
        icon="folder"
        heading={t("home.noRecords")}
        action={
          <ButtonLink to="/add" look="primary" icon="add">
            {t("home.addRecords")}
          </ButtonLink>
        }
      >
        {t("home.noRecordsHint")}
      </Empty>
    );
  const visibility = (category: Category) =>
    known.categories.find((each) => each.category === category)?.visibility;
  return (
    <div className="stack stack-fill">
      {known.keptAsSource > 0 && <Notice>{t("records.keptAsSource", { n: known.keptAsSource })}</Notice>}
      <ChartFilter
        filter={filter}
        onFilter={setFilter}
        only={only}
        onOnly={setOnly}
        categories={counted.map((each) => each.category)}
      />
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={t("records.order")}>
          <Tab className="tab" id="kind">
            {t("records.byKind")}
          </Tab>
          <Tab className="tab" id="time">
            {t("records.byTime")}
          </Tab>
        </TabList>
        <TabPanel id="kind">
          <ChartSections
            chart={known.chart}
            linkTo={recordPage}
            filter={filter}
            only={only}
            visibility={visibility}
            reader="owner"
          />
        </TabPanel>
        <TabPanel id="time">
          <Timeline chart={known.chart} linkTo={recordPage} filter={filter} only={only} />
        </TabPanel>
      </Tabs>
    </div>
  );
}
