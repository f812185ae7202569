#!/bin/sh
# The post is tested against a real POP3 and IMAP server, Debian's Dovecot. It goes in only where this is a machine of its own
# (root in a container, as in CI), and no service of it is started; elsewhere somebody installs it, or those tests skip.
[ -x /usr/sbin/dovecot ] && exit 0
packages="dovecot-core dovecot-pop3d dovecot-imapd"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Akson: no Dovecot here (apt-get install $packages); mail will be tried against the lab's own POP3 server alone." >&2
    exit 0
fi
echo "Akson: installing the mail server of the tests ..."
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && ours=yes; }
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1 ||
    echo "Akson: it could not be installed (no network?); those tests will be skipped." >&2
[ "$ours" = yes ] && rm -f "$policy"
exit 0
