import { QueryClientProvider, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { asAppError, common, events, windowLabel } from "../backend";
import type { SessionView } from "../backend/types";
import { LockScreen } from "../features/lock/LockScreen";
import { Letter } from "../features/welcome/Letter";
import { formattingLocale, onLanguage } from "../locales/i18n";
import { endSilence, silence } from "../shared/announce";
import { Failure } from "../shared/components/Failure";
import { clearToasts } from "../shared/components/Toast";
import { Skeleton } from "../shared/components/Waiting";
import { applyTheme } from "../shared/theme";
import { Drops } from "./Drops";
import { ErrorBoundary } from "./ErrorBoundary";
import { Frame } from "./Frame";
import { answers, forget, useAnswer } from "./queries";
import { Screen } from "./Screen";
import { SessionContext } from "./session";

/** The window as a whole: the welcome window, or a profile's window behind its lock. */
export function App() {
  const [drawn, setDrawn] = useState(0);
  useEffect(
    () =>
      onLanguage(() => {
        setDrawn((times) => times + 1);
      }),
    [],
  );
  return (
    <I18nProvider key={drawn} locale={formattingLocale()}>
      <QueryClientProvider client={answers}>
        <ErrorBoundary>{windowLabel() === "welcome" ? <WelcomeWindow /> : <ProfileWindow />}</ErrorBoundary>
      </QueryClientProvider>
    </I18nProvider>
  );
}

function WelcomeWindow() {
  return (
    <>
      <Screen window="welcome" />
      <Drops session={undefined} />
    </>
  );
}

/** Draws everything anew after a lock, so that nothing decrypted survives in a component. */
function ProfileWindow() {
  const [generation, setGeneration] = useState(0);
  useEffect(() => {
    const drop = () => {
      forget();
      clearToasts();
      silence();
      setGeneration((known) => known + 1);
    };
    const unlisten = [events.locked(drop), events.changed(refresh)];
    const stopWatching = answers.getQueryCache().subscribe((event) => {
      if (
        event.type === "updated" &&
        event.action.type === "error" &&
        asAppError(event.action.error)?.code === "locked"
      )
        drop();
    });
    return () => {
      stopWatching();
      for (const each of unlisten)
        void each.then((off) => {
          off();
        });
    };
  }, []);
  return <Gate key={generation} />;
}

/** Something changed in the store: whatever is on the screen is asked for again. */
function refresh(): void {
  void answers.invalidateQueries({
    predicate: (query) => query.queryKey[0] !== "once" && query.queryKey[0] !== "import-job",
  });
}

function Gate() {
  const session = useAnswer(["session"], common.session);
  const theme = session.data?.theme;
  useEffect(() => {
    if (theme) applyTheme(theme);
  }, [theme]);
  const unlocked = session.data?.locked === false;
  // Before what is drawn says anything.
  useLayoutEffect(() => {
    if (unlocked) endSilence();
  }, [unlocked]);
  useActivity(unlocked);
  return (
    <>
      <Inside session={session} />
      {session.data && <Drops session={session.data} />}
    </>
  );
}

function Inside({ session }: { session: UseQueryResult<SessionView> }) {
  if (!session.data)
    return (
      <Letter>
        {session.isError ? (
          <Failure
            error={session.error}
            onRetry={() => {
              void session.refetch();
            }}
          />
        ) : (
          <Skeleton lines={4} />
        )}
      </Letter>
    );
  if (session.data.locked) return <LockScreen session={session.data} />;
  return (
    <SessionContext value={session.data}>
      <Frame>
        <Screen window={session.data.role} />
      </Frame>
    </SessionContext>
  );
}

const activityEvery = 20_000;

/** Tells the core that somebody is there, so that it does not lock under busy hands; at most every 20 seconds. */
function useActivity(unlocked: boolean): void {
  useEffect(() => {
    if (!unlocked) return undefined;
    let last = 0;
    const told = () => {
      const now = Date.now();
      if (now - last < activityEvery) return;
      last = now;
      common.activity().catch(() => undefined);
    };
    const kinds = ["pointerdown", "keydown", "wheel"] as const;
    for (const kind of kinds) window.addEventListener(kind, told, { passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, told);
    };
  }, [unlocked]);
}
