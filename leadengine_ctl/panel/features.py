"""The pages, feature by feature."""

from fastapi import APIRouter

from leadengine_ctl.panel import metrics
from leadengine_ctl.panel.account import routes as account
from leadengine_ctl.panel.alerts import routes as alerts
from leadengine_ctl.panel.api import routes as api
from leadengine_ctl.panel.approvals import routes as approvals
from leadengine_ctl.panel.audit import routes as audit
from leadengine_ctl.panel.billing import routes as billing
from leadengine_ctl.panel.billing import webhook as billing_webhook
from leadengine_ctl.panel.clients import actions as client_actions
from leadengine_ctl.panel.clients import routes as clients
from leadengine_ctl.panel.deploying import routes as deploying
from leadengine_ctl.panel.door import health, sign_in, welcome
from leadengine_ctl.panel.fleet import routes as fleet
from leadengine_ctl.panel.fleet import saved
from leadengine_ctl.panel.hosts import routes as hosts
from leadengine_ctl.panel.operations import routes as operations
from leadengine_ctl.panel.recovery import routes as recovery
from leadengine_ctl.panel.rollouts import routes as rollouts
from leadengine_ctl.panel.signup import admin as signup_admin
from leadengine_ctl.panel.signup import routes as signup
from leadengine_ctl.panel.team import routes as team


def routers() -> tuple[APIRouter, ...]:
    """Every router, in the order in which paths are tried."""
    modules = (
        health,
        sign_in,
        welcome,
        account,
        fleet,
        saved,
        clients,
        client_actions,
        billing,
        billing_webhook,
        recovery,
        hosts,
        deploying,
        operations,
        rollouts,
        approvals,
        signup,
        signup_admin,
        team,
        audit,
        alerts,
        metrics,
        api,
    )
    return tuple(module.router for module in modules)
