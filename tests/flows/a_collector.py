"""A collector as a process of its own: for each line of standard input, a moment, it takes orders until none is free.

Answers with a line of the ids of what it carried out. Its arguments are seconds of lease, renewal and giving up.
"""

import sys
from datetime import datetime, timedelta

from flows.collecting import Collector
from flows.log import configure_logging
from flows.settings import process_environment, read_settings
from warehouse import leases


def main():
    lease_s, leases.RENEW_S, leases.GIVE_UP_S = (float(told) for told in sys.argv[1:])
    leases.LEASE = timedelta(seconds=lease_s)
    settings = read_settings(process_environment())
    configure_logging(settings.log_level)
    moment = None
    with Collector(settings, lambda: moment) as collector:
        for line in sys.stdin:
            moment = datetime.fromisoformat(line.strip())
            done = []
            while (order_id := collector.collect_one()) is not None:
                done.append(order_id)
            print(*done, flush=True)


if __name__ == "__main__":
    main()
