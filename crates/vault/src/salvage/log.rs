//! The write-ahead log of a damaged file: what of it counts, and which pages belong to one moment.
//!
//! SQLite takes the log up to the first frame that does not fit and forgets the rest: right after a
//! crash, wrong after damage, because what follows was acknowledged. Here a frame counts if its page proves
//! genuine, wherever it stands. (Format: <https://www.sqlite.org/fileformat2.html#walformat>.)
//!
//! Time is counted in frames: moment `t` is after the first `t` of them, 0 is before the log. A page's content is
//! known for a span of moments: until the next frame of that page, or until a frame that is lost, which may have
//! held any page. Pages make one row only if there is a moment right after a commit that lies in the spans of all.
//!
//! The file itself may hold contents of lost frames, if the log was being written back. [`Log::may_mix`] says why
//! that cannot hurt, or that it might.

use std::collections::HashMap;

use super::page::{PAGE, PageKeys};

const HEADER: usize = 32;
pub(super) const FRAME_HEADER: usize = 24;
const FRAME: usize = FRAME_HEADER + PAGE;

/// Checksums over big-endian words; the other magic is little-endian.
const MAGIC_BIG: u32 = 0x377f_0683;
const MAGIC_LITTLE: u32 = 0x377f_0682;

/// So many frames with a damaged header are looked for among all pages; each takes a look at every page.
const SEARCHES: u32 = 32;

/// Moments at which a content is certainly that of its page, both included.
#[derive(Clone, Copy)]
pub(super) struct Span {
    from: usize,
    until: usize,
}

impl Span {
    /// What lies in both; perhaps nothing.
    pub(super) fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    /// How new a content is.
    pub(super) const fn age(self) -> usize {
        self.from
    }
}

/// The newest content of a page.
pub(super) enum Newest<'a> {
    /// Stands in the file.
    InFile(Span),
    InLog(&'a [u8; PAGE], Span),
    /// It was in the log.
    Lost,
}

/// What is in a log.
#[derive(Default)]
pub(super) struct Log {
    bytes: Vec<u8>,
    /// Places of the frames of each page, up to the last commit. `None`: lost, if its header tells the truth.
    of_page: HashMap<u32, Vec<(usize, Option<usize>)>>,
    /// Genuine frames behind the last commit: of one that never was, or whose end is damaged.
    tail: HashMap<u32, Vec<usize>>,
    tail_is_damaged: bool,
    /// Frames that do not prove genuine.
    lost: Vec<usize>,
    /// Moments right after commits, from 0 on.
    commits: Vec<usize>,
    /// Pages of the first transaction, if it is whole.
    first: Vec<u32>,
    /// Those of them that were not written back into the file, as far as can be seen.
    untouched: Vec<u32>,
    /// Pages of the file after the last commit; 0 if there is none.
    pub(super) pages: u32,
}

/// A frame's own account of itself.
struct Frame {
    number: u32,
    /// Pages of the file after the transaction this frame ends; 0 if it does not end one.
    ends: u32,
    salt: [u8; 8],
    at: usize,
    /// It continues the checksum of the frame before.
    whole: bool,
    /// It belongs to the log's present round.
    current: bool,
}

impl Log {
    /// Takes the log apart. `pages` are those of the file.
    pub(super) fn read(bytes: Vec<u8>, pages: u32, keys: &PageKeys) -> Self {
        let (mut frames, order) = frames(&bytes);
        let salt = generation(&bytes, &frames, keys, order);
        let mut current = true;
        for frame in &mut frames {
            current = Some(frame.salt) == salt || current && frame.whole;
            frame.current = current;
        }
        let ends = |frame: &Frame| frame.current && frame.whole && frame.ends > 0;
        let last = frames.iter().rposition(ends);
        let mut log = Self { bytes, commits: vec![0], ..Self::default() };
        log.pages = last.map_or(0, |last| frames[last].ends);
        let mut searches = SEARCHES;
        for (n, frame) in frames.iter().enumerate() {
            let found = log.page_of(frame, pages.max(log.pages), &mut searches, keys);
            let counts = last.is_some_and(|last| n <= last);
            match found {
                Some(number) if counts => {
                    log.of_page.entry(number).or_default().push((n, Some(frame.at)));
                }
                Some(number) if frame.current => {
                    log.tail.entry(number).or_default().push(frame.at);
                    log.tail_is_damaged |= !frame.whole;
                }
                // Of an older round, which was written back before this one began.
                Some(_) => {}
                None => {
                    log.lost.push(n);
                    log.tail_is_damaged |= !counts;
                    if counts {
                        log.of_page.entry(frame.number).or_default().push((n, None));
                    }
                }
            }
            if counts && ends(frame) {
                log.commits.push(n + 1);
            }
        }
        let first = frames.iter().position(|frame| frame.ends > 0).map_or(0, |end| end + 1);
        if frames[..first].iter().all(|frame| frame.whole) && log.lost.iter().all(|n| *n >= first) {
            log.first = frames[..first].iter().map(|frame| frame.number).collect();
        }
        log
    }

    /// Compares with the genuine pages of the file: what was written back?
    pub(super) fn compare(&mut self, mut file: impl FnMut(u32) -> Option<[u8; PAGE]>) {
        let mut untouched = self.first.clone();
        untouched.sort_unstable();
        untouched.dedup();
        untouched.retain(|number| {
            let Some(page) = file(*number) else { return false };
            let mut known = self.of_page.get(number).into_iter().flatten();
            known.all(|(_, at)| at.and_then(|at| self.page_at(at)) != Some(&page))
        });
        self.untouched = untouched;
        // Only commits are written back.
        self.tail_is_damaged |= self.tail.iter().any(|(number, frames)| {
            let page = file(*number);
            page.is_some() && frames.iter().any(|at| self.page_at(*at) == page.as_ref())
        });
    }

    /// Whether a page of it proves genuine.
    pub(super) fn is_genuine(&self) -> bool {
        !self.tail.is_empty() || self.of_page.values().flatten().any(|(_, at)| at.is_some())
    }

    /// Whether some page may be older than it should be.
    pub(super) fn has_gaps(&self) -> bool {
        !self.lost.is_empty() || self.tail_is_damaged
    }

    /// The number of the page a frame holds, if it proves genuine.
    fn page_of(
        &self,
        frame: &Frame,
        pages: u32,
        searches: &mut u32,
        keys: &PageKeys,
    ) -> Option<u32> {
        let page = self.page_at(frame.at)?;
        if keys.open(frame.number, page).is_some() {
            return Some(frame.number);
        }
        // If only the frame's own header is damaged, the page still proves which one it is.
        *searches = searches.checked_sub(1)?;
        (1..=pages).find(|number| keys.open(*number, page).is_some())
    }

    /// The newest content of a page.
    pub(super) fn page(&self, number: u32) -> Newest<'_> {
        let Some(&(n, at)) = self.of_page.get(&number).and_then(|frames| frames.last()) else {
            let until = self.lost.first().copied().unwrap_or(usize::MAX);
            return Newest::InFile(Span { from: 0, until });
        };
        let until = self.lost.iter().copied().find(|lost| *lost > n).unwrap_or(usize::MAX);
        match at.and_then(|at| self.page_at(at)) {
            Some(page) => Newest::InLog(page, Span { from: n + 1, until }),
            None => Newest::Lost,
        }
    }

    /// Whether a page was written once more in what may have been a commit whose end is damaged.
    pub(super) fn doubts(&self, number: u32) -> bool {
        self.tail_is_damaged && self.tail.contains_key(&number)
    }

    /// Whether contents with these spans in common were the pages' at one moment right after a commit.
    pub(super) fn is_one_moment(&self, span: Span) -> bool {
        !self.has_gaps() || self.commits.iter().any(|at| (span.from..=span.until).contains(at))
    }

    /// Whether a row may be of two moments because the file holds pages of lost frames. `lowest` is the lowest of the
    /// row's pages that were taken from the file.
    ///
    /// For that two of its pages must have been lost: the one that was written back, and the one that was not or
    /// whose older frame was taken for it. (If only one of them was lost, the other's frame tells.) The log is written
    /// back in the order of page numbers and never less than its first transaction: so all pages of that below
    /// `lowest` were written back too. Each that was not, as far as can be seen, takes one more lost frame.
    pub(super) fn may_mix(&self, lowest: u32) -> bool {
        let untouched = self.untouched.partition_point(|number| *number < lowest);
        self.lost.len() >= 2 + untouched
    }

    fn page_at(&self, at: usize) -> Option<&[u8; PAGE]> {
        self.bytes.get(at..at + PAGE)?.try_into().ok()
    }
}

/// The order of bytes in checksums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

/// All frames. The order of bytes is as the header says if it is whole, else as most of their checksums say.
fn frames(bytes: &[u8]) -> (Vec<Frame>, Order) {
    let order = [Order::Little, Order::Big].into_iter().find(|order| header_fits(bytes, *order));
    if let Some(order) = order {
        return (frames_in(bytes, order), order);
    }
    let whole = |frames: &[Frame]| frames.iter().filter(|frame| frame.whole).count();
    let (little, big) = (frames_in(bytes, Order::Little), frames_in(bytes, Order::Big));
    if whole(&little) > whole(&big) { (little, Order::Little) } else { (big, Order::Big) }
}

fn header_fits(bytes: &[u8], order: Order) -> bool {
    let magic = if order == Order::Big { MAGIC_BIG } else { MAGIC_LITTLE };
    let sum = checksum((0, 0), bytes.get(..24).unwrap_or_default(), order);
    word(bytes, 0) == magic && sum == (word(bytes, 24), word(bytes, 28))
}

fn frames_in(bytes: &[u8], order: Order) -> Vec<Frame> {
    let mut before = (word(bytes, 24), word(bytes, 28));
    let places = (HEADER..).step_by(FRAME).take_while(|at| at + FRAME <= bytes.len());
    places
        .map(|at| {
            let sum = (word(bytes, at + 16), word(bytes, at + 20));
            let continued = checksum(before, &bytes[at..at + 8], order);
            let page = &bytes[at + FRAME_HEADER..at + FRAME];
            before = sum;
            Frame {
                number: word(bytes, at),
                ends: word(bytes, at + 4),
                salt: std::array::from_fn(|n| bytes[at + 8 + n]),
                at: at + FRAME_HEADER,
                whole: checksum(continued, page, order) == sum,
                current: false,
            }
        })
        .collect()
}

/// The salt that marks frames of the log's present round; older rounds may stand behind them.
fn generation(bytes: &[u8], frames: &[Frame], keys: &PageKeys, order: Order) -> Option<[u8; 8]> {
    if header_fits(bytes, order) {
        return bytes.get(16..24)?.try_into().ok();
    }
    // The header is damaged: the first genuine frame belongs to the present round.
    frames.iter().find_map(|frame| {
        let page = bytes.get(frame.at..frame.at + PAGE)?.try_into().ok()?;
        keys.open(frame.number, page).map(|_| frame.salt)
    })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|word| word.try_into().ok())
        .map(u32::from_be_bytes)
        .unwrap_or_default()
}

fn checksum(start: (u32, u32), bytes: &[u8], order: Order) -> (u32, u32) {
    let (mut a, mut b) = start;
    for pair in bytes.chunks_exact(8) {
        let word = |at: usize| {
            let word = std::array::from_fn(|n| pair[at + n]);
            match order {
                Order::Big => u32::from_be_bytes(word),
                Order::Little => u32::from_le_bytes(word),
            }
        };
        a = a.wrapping_add(word(0)).wrapping_add(b);
        b = b.wrapping_add(word(4)).wrapping_add(a);
    }
    (a, b)
}

/// FOR FUZZING: the checksum as this machine's SQLite writes it.
pub(super) fn checksum_little(start: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    checksum(start, bytes, Order::Little)
}
