//! Drag and drop as another program begins it: an X11 window out of which a hand drags files (XDND 5).
//! Press, movement and release come from the X server (XTEST), so that what the app sees is what a file
//! manager would send it.

use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
    EventMask, MotionNotifyEvent, PropMode, SelectionNotifyEvent, SelectionRequestEvent, StackMode,
    Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::{Computer, Failure, dialog};

x11rb::atom_manager! {
    /// Names of the protocol.
    Atoms: AtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndPosition,
        XdndSelection,
        XdndStatus,
        TARGETS,
        URI_LIST: b"text/uri-list",
    }
}

/// Version of the protocol spoken.
const VERSION: u32 = 5;
/// Side of the window dragged from, in pixels.
const SIDE: u16 = 32;
/// How long a drag may take.
const PATIENCE: Duration = Duration::from_secs(40);
/// The hand rests so long between two movements.
const BREATH: Duration = Duration::from_millis(40);

const PRESS: u8 = 4;
const RELEASE: u8 = 5;
const MOTION: u8 = 6;

/// Drags `paths` onto the middle of the window whose title contains `title`, and lets go.
///
/// # Errors
/// The window does not take files, or did not say that it has taken them.
pub fn drop_files(computer: &Computer, title: &str, paths: &[&Path]) -> Result<(), Failure> {
    let target = dialog::window_titled(computer, title)?;
    let mut hand = Hand::on(computer, paths).map_err(|error| x11(&error))?;
    hand.bring_forward(target).map_err(|error| x11(&error))?;
    let outcome = hand.drag_onto(target).map_err(|error| x11(&error))?;
    outcome.map_err(|sentence| Failure::Story(format!("dropping on “{title}”: {sentence}")))
}

type Trouble = Box<dyn std::error::Error>;
type X<T> = Result<T, Trouble>;

fn x11(error: &Trouble) -> Failure {
    Failure::Story(format!("the X server: {error}"))
}

/// The dragging program and the hand on the mouse.
struct Hand {
    server: RustConnection,
    root: Window,
    /// What is dragged from.
    source: Window,
    /// Lower right corner of the display.
    corner: (i16, i16),
    atoms: Atoms,
    /// `text/uri-list`, RFC 2483.
    files: Vec<u8>,
    /// The window under the pointer that was told of the drag.
    over: Option<Window>,
    /// Whether it would take what is dragged.
    welcome: bool,
    /// What it said in the end.
    finished: Option<bool>,
    released: bool,
}

impl Hand {
    fn on(computer: &Computer, paths: &[&Path]) -> X<Self> {
        let (server, number) = x11rb::connect(Some(computer.display()))?;
        let screen = &server.setup().roots[number];
        let (root, visual) = (screen.root, screen.root_visual);
        let corner = (
            i16::try_from(screen.width_in_pixels - SIDE)?,
            i16::try_from(screen.height_in_pixels - SIDE)?,
        );
        let source = server.generate_id()?;
        let look = CreateWindowAux::new()
            .override_redirect(1)
            .background_pixel(screen.white_pixel)
            .event_mask(
                EventMask::BUTTON_PRESS | EventMask::BUTTON_RELEASE | EventMask::BUTTON1_MOTION,
            );
        server.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            source,
            root,
            corner.0,
            corner.1,
            SIDE,
            SIDE,
            0,
            WindowClass::INPUT_OUTPUT,
            visual,
            &look,
        )?;
        server.map_window(source)?;
        let atoms = Atoms::new(&server)?.reply()?;
        let files =
            paths.iter().map(|path| format!("file://{}\r\n", escaped(path))).collect::<String>();
        Ok(Self {
            server,
            root,
            source,
            corner,
            atoms,
            files: files.into_bytes(),
            over: None,
            welcome: false,
            finished: None,
            released: false,
        })
    }

    /// There is no window manager to do it.
    fn bring_forward(&self, window: Window) -> X<()> {
        let top = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.server.configure_window(window, &top)?;
        self.server.configure_window(self.source, &top)?;
        Ok(self.server.sync()?)
    }

    fn drag_onto(&mut self, target: Window) -> X<Result<(), String>> {
        let place = self.server.get_geometry(target)?.reply()?;
        let there = self.server.translate_coordinates(target, self.root, 0, 0)?.reply()?;
        let middle = (
            there.dst_x + i16::try_from(place.width / 2)?,
            there.dst_y + i16::try_from(place.height / 2)?,
        );
        let half = i16::try_from(SIDE / 2)?;
        self.point_at(self.corner.0 + half, self.corner.1 + half)?;
        self.button(PRESS)?;
        let until = Instant::now() + PATIENCE;
        let mut nudge = 0;
        while self.finished.is_none() {
            if Instant::now() > until {
                return Ok(Err(self.how_far().into()));
            }
            if !self.released && self.welcome {
                self.button(RELEASE)?;
                self.released = true;
            } else if !self.released {
                // A hand is never quite still.
                nudge = (nudge + 1) % 5;
                self.point_at(middle.0 + nudge, middle.1)?;
            }
            std::thread::sleep(BREATH);
            while let Some(event) = self.server.poll_for_event()? {
                self.heard(&event)?;
            }
        }
        Ok(if self.finished == Some(true) { Ok(()) } else { Err("it took nothing".into()) })
    }

    fn how_far(&self) -> &'static str {
        match (self.over, self.welcome, self.released) {
            (None, ..) => "nothing there takes what is dragged",
            (Some(_), false, _) => "it did not want what was dragged",
            _ => "it did not say what became of the files",
        }
    }

    fn point_at(&self, x: i16, y: i16) -> X<()> {
        self.server.xtest_fake_input(MOTION, 0, 0, self.root, x, y, 0)?;
        Ok(self.server.flush()?)
    }

    fn button(&self, what: u8) -> X<()> {
        self.server.xtest_fake_input(what, 1, 0, self.root, 0, 0, 0)?;
        Ok(self.server.flush()?)
    }

    fn heard(&mut self, event: &Event) -> X<()> {
        match event {
            Event::ButtonPress(press) => {
                let selection = self.atoms.XdndSelection;
                self.server.set_selection_owner(self.source, selection, press.time)?;
            }
            Event::MotionNotify(moved) => self.moved(moved)?,
            Event::ButtonRelease(release) => {
                if let Some(over) = self.over {
                    self.tell(over, self.atoms.XdndDrop, [0, release.time, 0, 0])?;
                }
            }
            Event::SelectionRequest(asked) => self.hand_over(asked)?,
            Event::ClientMessage(said) if said.type_ == self.atoms.XdndStatus => {
                self.welcome = said.data.as_data32()[1] & 1 == 1;
            }
            Event::ClientMessage(said) if said.type_ == self.atoms.XdndFinished => {
                self.finished = Some(said.data.as_data32()[1] & 1 == 1);
            }
            _ => {}
        }
        Ok(self.server.flush()?)
    }

    /// Tells the window under the pointer, if it takes part in the protocol.
    fn moved(&mut self, moved: &MotionNotifyEvent) -> X<()> {
        let below = self
            .server
            .translate_coordinates(self.root, self.root, moved.root_x, moved.root_y)?
            .reply()?
            .child;
        if below == x11rb::NONE || !self.is_aware(below)? {
            return Ok(());
        }
        if self.over != Some(below) {
            self.over = Some(below);
            self.tell(below, self.atoms.XdndEnter, [VERSION << 24, self.atoms.URI_LIST, 0, 0])?;
        }
        let place = (u32::try_from(moved.root_x)? << 16) | u32::try_from(moved.root_y)?;
        let details = [0, place, moved.time, self.atoms.XdndActionCopy];
        self.tell(below, self.atoms.XdndPosition, details)
    }

    fn is_aware(&self, window: Window) -> X<bool> {
        let aware = self.atoms.XdndAware;
        let known =
            self.server.get_property(false, window, aware, AtomEnum::ATOM, 0, 1)?.reply()?;
        Ok(known.value_len > 0)
    }

    fn tell(&self, window: Window, what: Atom, details: [u32; 4]) -> X<()> {
        let [a, b, c, d] = details;
        let message = ClientMessageEvent::new(32, window, what, [self.source, a, b, c, d]);
        self.server.send_event(false, window, EventMask::NO_EVENT, message)?;
        Ok(())
    }

    /// The app asks for what is dragged.
    fn hand_over(&self, asked: &SelectionRequestEvent) -> X<()> {
        let mut property = asked.property;
        if asked.target == self.atoms.URI_LIST {
            self.server.change_property8(
                PropMode::REPLACE,
                asked.requestor,
                property,
                asked.target,
                &self.files,
            )?;
        } else if asked.target == self.atoms.TARGETS {
            let offered = [self.atoms.TARGETS, self.atoms.URI_LIST];
            self.server.change_property32(
                PropMode::REPLACE,
                asked.requestor,
                property,
                AtomEnum::ATOM,
                &offered,
            )?;
        } else {
            property = x11rb::NONE;
        }
        let answer = SelectionNotifyEvent {
            response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property,
        };
        self.server.send_event(false, asked.requestor, EventMask::NO_EVENT, answer)?;
        Ok(())
    }
}

/// A path as it stands in a URI.
fn escaped(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut text = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
