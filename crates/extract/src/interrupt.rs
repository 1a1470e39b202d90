//! Stopping in good order: whoever works asks now and then whether to go on.

use std::sync::Arc;

use tokio::sync::watch;

/// Somebody asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted; nothing was left behind")]
pub struct Interrupted;

/// Whether to stop. Clones are the same.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }
}

impl Interrupt {
    /// Asks everybody to stop.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// If not.
    pub fn check(&self) -> Result<(), Interrupted> {
        if *self.0.borrow() { Err(Interrupted) } else { Ok(()) }
    }

    /// Waits until somebody asks to stop.
    pub async fn asked(&self) {
        // The sender is in `self`, so waiting does not end otherwise.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }

    /// Asks to stop when the process is told so, by Ctrl-C or by the system.
    ///
    /// # Errors
    /// If the system does not let it listen.
    pub fn on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let (mut signals, interrupt) = (signal(kind)?, self.clone());
            tokio::spawn(async move {
                if signals.recv().await.is_some() {
                    interrupt.now();
                }
            });
        }
        Ok(())
    }
}
