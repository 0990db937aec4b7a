"""What can go wrong with identity."""

from api.kit.errors import ApiError, Conflict, Forbidden, Malformed, Unauthenticated


class SignInRefused(Unauthenticated):
    """Unknown address, wrong password, no password yet, no such workspace: all answer alike."""

    code = "sign_in_refused"


class LinkSpent(Unauthenticated):
    """The link is unknown, used, or too old."""

    code = "link_spent"


class PasswordRefused(Malformed):
    """The password is too short, too long or too common."""

    code = "password_refused"


class UnknownScope(Malformed):
    """A token cannot be given more than its user has."""

    code = "unknown_scope"


class AlreadyMember(Conflict):
    """The person already belongs to the workspace."""

    code = "already_member"


class OwnMembership(Conflict):
    """Nobody takes away or widens their own access."""

    code = "own_membership"


class LastInCharge(Conflict):
    """A client keeps somebody who manages its people."""

    code = "last_in_charge"


class UnknownClient(Malformed):
    """A client user needs a client of this workspace."""

    code = "unknown_client"


class ChallengeSpent(Unauthenticated):
    """The second step came too late, or the challenge was used."""

    code = "challenge_spent"


class ProofRefused(Malformed):
    """The code, recovery code, key or password does not prove who asks."""

    code = "proof_refused"


class FactorRequired(Conflict):
    """The workspace asks for a second factor: the last one stays."""

    code = "factor_required"


class BelongsElsewhere(Conflict):
    """A person who also belongs to another workspace is not one administrator's to reset."""

    code = "belongs_elsewhere"


class RoleRefused(Malformed):
    """The role, the rights or the narrowed view do not fit each other, or name what this workspace does not have."""

    code = "role_refused"


class BeyondOwnRights(Forbidden):
    """Nobody gives, or takes from somebody, rights that she does not have herself."""

    code = "beyond_own_rights"


class ForeignNetwork(Forbidden):
    """The workspace is used from chosen networks only."""

    code = "foreign_network"


class RoleNameTaken(Conflict):
    """Two roles of a workspace never share a name."""

    code = "role_name_taken"


class RoleInUse(Conflict):
    """Somebody has the role."""

    code = "role_in_use"


class NetworkRefused(Conflict):
    """The network is there already, or the list would lock out whoever asks."""

    code = "network_refused"


class HostRefused(Malformed):
    """No workspace can have this host of its own."""

    code = "host_refused"


class HostTaken(Conflict):
    """Another workspace uses the host."""

    code = "host_taken"


class AddressTaken(Conflict):
    """Another workspace has this short name, or another person this address."""

    code = "address_taken"


class SameAddress(Malformed):
    """The person has this address already."""

    code = "same_address"


class KeysUnavailable(Conflict):
    """The address has no keys: it is a number, or the person has none for it."""

    code = "keys_unavailable"


class SignOnRefused(Malformed):
    """Single sign-on is not set up, or what came back from the provider lets nobody in."""

    code = "sign_on_refused"


class SignOffRefused(ApiError):
    """What came is no order of the workspace's provider to sign somebody out. The standard asks for 400."""

    status, code, title = 400, "sign_off_refused", "This is no order to sign somebody out"
