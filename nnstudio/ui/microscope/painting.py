"""The window is painted once after a step, however many pictures it changed.

A `QGraphicsScene` tells its views in an event which items have changed, and then has their window painted at once, with
all that waits for it. So a page with ten pictures would be painted eleven times for one step: first whatever waits, the
changed pictures among it, and then those pictures again, one by one.
"""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QGraphicsView, QWidget


def paint_once(page: QWidget) -> None:
    """Let all pictures of a page tell what has changed before any of it is painted.

    What waits to be painted is taken back meanwhile, so that no scene has it painted.
    """
    window = page.window()
    page.update(0, 0, 1, 1)  # now something waits, and no view asks for more than to be painted with it
    QCoreApplication.removePostedEvents(window, QEvent.Type.UpdateRequest)
    for picture in page.findChildren(QGraphicsView):
        QCoreApplication.sendPostedEvents(picture.scene(), QEvent.Type.MetaCall)
    QCoreApplication.postEvent(window, QEvent(QEvent.Type.UpdateRequest), Qt.EventPriority.LowEventPriority.value)
