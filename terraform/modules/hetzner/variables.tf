variable "name" {
  description = "The server's name; everything that belongs to it carries it."
  type        = string
}

variable "ssh_public_keys" {
  description = "The operators' public keys, as in authorized_keys."
  type        = list(string)
}

variable "ssh_from" {
  description = "Who may reach SSH, as networks. Everybody, unless you know better: it takes keys only."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]

  validation {
    condition     = alltrue([for network in var.ssh_from : can(cidrhost(network, 0))])
    error_message = "Each is a network, as 203.0.113.0/24 or 2001:db8::/32."
  }
}

variable "host_key" {
  description = "See modules/first_boot."
  type = object({
    private     = string
    public      = string
    fingerprint = string
  })
  default   = null
  sensitive = true
}

variable "dns" {
  description = "The zone that this account serves, and the names in it that lead to the server ('@' is the zone itself)."
  type = object({
    zone  = string
    names = set(string)
    ttl   = optional(number, 300)
  })
  default = null
}

variable "packages" {
  description = "More packages of the distribution to install at the first boot."
  type        = list(string)
  default     = []
}

variable "location" {
  description = "Where it stands, as fsn1."
  type        = string
}

variable "size" {
  description = "Server type; a stack needs 2 cores, 4 GB and 50 GB of disk."
  type        = string
  default     = "cx32"
}

variable "image" {
  description = "Name of the image, of Debian or Ubuntu."
  type        = string
  default     = "debian-13"
}

variable "protect" {
  description = "Refuse to delete or rebuild the server, also by hand in the console."
  type        = bool
  default     = false
}

variable "backups" {
  description = "Hetzner's own daily backups of the whole disk, beside LeadEngine's."
  type        = bool
  default     = false
}

variable "labels" {
  description = "More labels."
  type        = map(string)
  default     = {}
}
