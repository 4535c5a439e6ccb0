import { Component, type ReactNode } from "react";
import { Letter } from "../features/welcome/Letter";
import { t } from "../locales/i18n";
import { Button } from "../shared/components/Button";
import { Notice } from "../shared/components/Notice";

/** A defect in a screen takes only the page, never the data; nothing of it is logged or shown. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Letter>
        <Notice tone="danger" title={t("error.internal.what")} alert>
          <p>{t("error.internal.mend")}</p>
          <Button
            onPress={() => {
              window.location.hash = "/";
              this.setState({ broken: false });
            }}
          >
            {t("action.startAgain")}
          </Button>
        </Notice>
      </Letter>
    );
  }
}
