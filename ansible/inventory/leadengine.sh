#!/bin/sh
# A dynamic inventory: the hosts and clients that this operator's lectl knows.
exec lectl inventory --ansible "$@"
