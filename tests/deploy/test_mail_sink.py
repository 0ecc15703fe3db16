import smtplib
from email.message import EmailMessage
from pathlib import Path

from vigie.deploy.demo.mail_sink import MailSink


def test_mails_are_kept_whole_and_in_order(tmp_path: Path):
    with MailSink(tmp_path / "mails") as sink:
        for subject in ("Capteur silencieux à Aubagne", "deuxième"):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "vigie@localhost", "astreinte@localhost", subject
            mail.set_content("Dernière émission à 09 h 15.\n.\nfin")
            with smtplib.SMTP("127.0.0.1", sink.port) as client:
                client.send_message(mail)
        kept = sink.mails()
        assert [mail["Subject"] for mail in kept] == ["Capteur silencieux à Aubagne", "deuxième"]
        assert "\n.\nfin" in kept[0].get_content().replace("\r\n", "\n")
        port = sink.port
    try:
        smtplib.SMTP("127.0.0.1", port)
    except OSError:
        return
    raise AssertionError("the sink still listens after its end")
