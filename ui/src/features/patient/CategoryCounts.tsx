import type { CategoryCount } from "../../backend/types";
import { href } from "../../app/router";
import { t } from "../../locales/i18n";
import { VisibilityLine } from "../../shared/components/VisibilityLine";
import { Icon } from "../../shared/icons";
import { categoryName } from "../../shared/records/words";

/** Kinds of records with their number and who sees them. */
export function CategoryCounts({ categories }: { categories: CategoryCount[] }) {
  return (
    <ul className="list">
      {categories
        .filter((each) => each.records > 0)
        .map((each) => (
          <li key={each.category} className="list-item">
            <Icon name={each.category} />
            <div className="list-main">
              <span className="list-title">
                <a href={href(`/records?kind=${each.category}`)}>{categoryName(each.category)}</a>
              </span>
              <VisibilityLine visibility={each.visibility} />
            </div>
            <span className="list-side figures">{t("chart.count", { n: each.records })}</span>
          </li>
        ))}
    </ul>
  );
}
