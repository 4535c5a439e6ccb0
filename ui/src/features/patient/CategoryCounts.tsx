import type { Category, CategoryCount } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { VisibilityLine } from "../../shared/components/VisibilityLine";
import { Emblem } from "../../shared/icons";
import { categoryName } from "../../shared/records/words";

/**
 * Body measurements stand in the table of values; everything else on the timeline, also results: reports, pictures and
 * samples are among them, which are in no table.
 */
const placeOf = (kind: Category) => `/records/${kind === "vitals" ? "results" : "timeline"}?kind=${kind}`;

/** Kinds of records with their number and who sees them. */
export function CategoryCounts({ categories }: { categories: CategoryCount[] }) {
  return (
    <ul className="kinds">
      {categories
        .filter((each) => each.records > 0)
        .map((each) => (
          <li key={each.category} className="list-item">
            <Emblem name={each.category} />
            <div className="list-main">
              <span className="row row-between">
                <span className="list-title">
                  <a href={href(placeOf(each.category))}>{categoryName(each.category)}</a>
                </span>
                <span className="soft small figures">{t("chart.count", { n: each.records })}</span>
              </span>
              <VisibilityLine visibility={each.visibility} />
            </div>
          </li>
        ))}
    </ul>
  );
}
