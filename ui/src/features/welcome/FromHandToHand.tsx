/** What Keyward does, in one line: from a person to a doctor, closed on the way. Decoration: the words say it too. */
export function FromHandToHand() {
  return (
    <svg className="hand-to-hand" viewBox="0 0 360 72" aria-hidden="true" focusable="false">
      <g fill="none" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
        <path className="way" d="M64 36h78M218 36h78" />
        <circle className="end" cx="36" cy="36" r="27" />
        <circle className="end" cx="324" cy="36" r="27" />
        <path
          className="figure"
          d="M36 35a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM23 51c1.5-7 6.5-10.5 13-10.5S47.5 44 49 51"
        />
        <path
          className="figure"
          d="M316 22h-3.5v9a8.5 8.5 0 0 0 17 0v-9H326M321 39.5v4a8 8 0 0 0 16 0v-4M337 39.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z"
        />
        <rect className="letter-body" x="148" y="14" width="64" height="45" rx="6" />
        <path className="figure" d="M150 18l30 22 30-22" />
        <circle className="seal" cx="180" cy="39" r="11" />
        <path className="key" d="M180 41.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM180 41.5v7M180 48h3.5" />
      </g>
      <circle className="stop" cx="103" cy="36" r="4" />
      <circle className="stop" cx="257" cy="36" r="4" />
    </svg>
  );
}
