//! Networks that people and intruders are found in. The addresses are routable, so that the embedded databases know
//! country and AS number; nobody behind them is meant.

use crate::random::Random;

/// A network of one provider in one city, as Entra states it.
#[derive(Debug)]
pub(crate) struct Net {
    /// The first three groups of its addresses.
    base: [u8; 3],
    /// How many neighbours of the third group are its addresses too: those of servers are let one by one.
    width: u8,
    pub(crate) city: &'static str,
    pub(crate) region: &'static str,
    pub(crate) country: &'static str,
    pub(crate) at: (f64, f64),
    pub(crate) asn: i64,
}

/// An address in a network.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) net: &'static Net,
}

impl Net {
    /// Any address of the network.
    pub(crate) fn any(&'static self, random: &mut Random) -> Place {
        let [a, b, c] = self.base;
        let third = (c & !(self.width - 1)) | (random.below(u64::from(self.width)) as u8);
        Place { address: format!("{a}.{b}.{third}.{}", 2 + random.below(250)), net: self }
    }

    /// The address of the network with this last group.
    pub(crate) fn fixed(&'static self, last: u8) -> Place {
        let [a, b, c] = self.base;
        Place { address: format!("{a}.{b}.{c}.{last}"), net: self }
    }
}

type City = (&'static str, &'static str, &'static str, (f64, f64));

const fn net(base: [u8; 3], city: City, asn: i64) -> Net {
    Net { base, width: 8, city: city.0, region: city.1, country: city.2, at: city.3, asn }
}

const UTRECHT: City = ("Utrecht", "Utrecht", "NL", (52.09, 5.12));
const AMSTERDAM: City = ("Amsterdam", "Noord-Holland", "NL", (52.37, 4.9));
const ARNHEM: City = ("Arnhem", "Gelderland", "NL", (51.98, 5.91));
const AMERSFOORT: City = ("Amersfoort", "Utrecht", "NL", (52.16, 5.39));
const LEEDS: City = ("Leeds", "England", "GB", (53.8, -1.55));
const LONDON: City = ("London", "England", "GB", (51.51, -0.13));
const HAMBURG: City = ("Hamburg", "Hamburg", "DE", (53.55, 9.99));
const FRANKFURT: City = ("Frankfurt am Main", "Hessen", "DE", (50.11, 8.68));
const BOSTON: City = ("Boston", "Massachusetts", "US", (42.36, -71.06));
const NEW_YORK: City = ("New York", "New York", "US", (40.71, -74.01));
const SINGAPORE: City = ("Singapore", "Singapore", "SG", (1.35, 103.82));
const GHENT: City = ("Gent", "Oost-Vlaanderen", "BE", (51.05, 3.72));
const PORTO: City = ("Porto", "Porto", "PT", (41.15, -8.61));
const MADRID: City = ("Madrid", "Madrid", "ES", (40.42, -3.7));
const PARIS: City = ("Paris", "Ile-de-France", "FR", (48.86, 2.35));
const MILAN: City = ("Milano", "Lombardia", "IT", (45.46, 9.19));
const WARSAW: City = ("Warszawa", "Mazowieckie", "PL", (52.23, 21.01));
const BUCHAREST: City = ("Bucuresti", "Bucuresti", "RO", (44.43, 26.1));
const DUBAI: City = ("Dubai", "Dubayy", "AE", (25.2, 55.27));
const LAGOS: City = ("Lagos", "Lagos", "NG", (6.45, 3.39));
const TOKYO: City = ("Tokyo", "Tokyo", "JP", (35.68, 139.69));
const STOCKHOLM: City = ("Stockholm", "Stockholms lan", "SE", (59.33, 18.07));
const ZURICH: City = ("Zuerich", "Zuerich", "CH", (47.37, 8.54));
const VIENNA: City = ("Wien", "Wien", "AT", (48.21, 16.37));

/// A network of servers.
const fn rack(base: [u8; 3], city: City, asn: i64) -> Net {
    Net { width: 1, ..net(base, city, asn) }
}

pub(crate) static OFFICES: [Net; 5] = [
    net([195, 240, 10], UTRECHT, 1136),
    net([81, 130, 40], LEEDS, 2856),
    net([87, 140, 4], HAMBURG, 3320),
    net([108, 20, 20], BOSTON, 701),
    net([182, 55, 20], SINGAPORE, 55430),
];

/// The concentrator of the company's own VPN.
pub(crate) static VPN: Net = net([195, 240, 11], UTRECHT, 1136);

/// Homes by site, in the order of [`OFFICES`].
pub(crate) static HOMES: [&[Net]; 5] = [
    &[
        net([84, 24, 33], UTRECHT, 33915),
        net([77, 160, 12], AMSTERDAM, 1136),
        net([86, 80, 44], ARNHEM, 1136),
        net([31, 151, 77], AMERSFOORT, 33915),
        net([145, 53, 60], UTRECHT, 1136),
        net([178, 224, 10], UTRECHT, 50266),
        net([84, 195, 20], GHENT, 6848),
    ],
    &[net([86, 135, 20], LEEDS, 2856), net([90, 200, 30], LEEDS, 5607), net([82, 9, 30], LEEDS, 5089)],
    &[net([91, 20, 4], HAMBURG, 3320), net([88, 70, 40], HAMBURG, 3209), net([77, 180, 40], HAMBURG, 6805)],
    &[net([73, 15, 20], BOSTON, 7922), net([24, 34, 20], BOSTON, 7922), net([71, 184, 20], BOSTON, 701)],
    &[net([182, 55, 60], SINGAPORE, 55430)],
];

/// Carriers by site. The last of a site is one whose addresses the databases place in the neighbour country.
pub(crate) static CARRIERS: [&[Net]; 5] = [
    &[net([178, 225, 10], UTRECHT, 31615), net([62, 140, 132], UTRECHT, 33915), net([109, 41, 40], UTRECHT, 3209)],
    &[net([82, 132, 220], LONDON, 35228), net([92, 40, 180], LONDON, 206_067)],
    &[net([80, 187, 100], HAMBURG, 3320), net([89, 204, 130], HAMBURG, 6805)],
    &[net([172, 58, 20], BOSTON, 21928), net([174, 240, 20], NEW_YORK, 6167)],
    &[net([182, 55, 100], SINGAPORE, 55430)],
];

/// Where trips go: a hotel's line and a carrier of the country.
pub(crate) static ABROAD: [[Net; 2]; 9] = [
    [net([83, 40, 20], MADRID, 3352), net([90, 165, 20], MADRID, 12479)],
    [net([90, 60, 20], PARIS, 3215), net([86, 200, 20], PARIS, 3215)],
    [net([79, 20, 20], MILAN, 3269), net([87, 10, 20], MILAN, 3269)],
    [net([83, 20, 20], WARSAW, 5617), net([79, 186, 20], WARSAW, 5617)],
    [net([94, 205, 20], DUBAI, 15802), net([83, 110, 20], DUBAI, 5384)],
    [net([122, 20, 20], TOKYO, 4713), net([126, 60, 20], TOKYO, 17676)],
    [net([90, 230, 20], STOCKHOLM, 3301), net([90, 230, 64], STOCKHOLM, 3301)],
    [net([85, 0, 20], ZURICH, 3303), net([85, 0, 64], ZURICH, 3303)],
    [net([91, 115, 20], VIENNA, 8447), net([91, 115, 64], VIENNA, 8447)],
];

/// Exits of private VPN services that employees pay for.
pub(crate) static PRIVATE_VPN: [Net; 4] = [
    rack([146, 70, 86], AMSTERDAM, 9009),
    rack([185, 65, 135], STOCKHOLM, 39351),
    rack([156, 146, 33], FRANKFURT, 60068),
    rack([89, 39, 107], AMSTERDAM, 49981),
];

/// Exits of a browser's relay, by which some telephones surf.
pub(crate) static RELAY: Net = rack([104, 28, 40], GHENT, 13335);

/// Where the services of other companies run: backup, CRM.
pub(crate) static SERVICES: [Net; 2] =
    [rack([54, 220, 20], ("Dublin", "Dublin", "IE", (53.35, -6.26)), 16509), rack([5, 79, 80], AMSTERDAM, 60781)];

/// Rented servers.
pub(crate) static SERVERS: [Net; 12] = [
    rack([167, 99, 120], NEW_YORK, 14061),
    rack([188, 166, 30], AMSTERDAM, 14061),
    rack([51, 75, 30], PARIS, 16276),
    rack([95, 216, 40], ("Helsinki", "Uusimaa", "FI", (60.17, 24.94)), 24940),
    rack([116, 202, 40], FRANKFURT, 24940),
    rack([139, 162, 150], FRANKFURT, 63949),
    rack([45, 76, 20], NEW_YORK, 20473),
    rack([95, 179, 140], AMSTERDAM, 20473),
    rack([172, 245, 80], NEW_YORK, 36352),
    rack([176, 123, 5], ("Chisinau", "Chisinau", "MD", (47.01, 28.86)), 200_019),
    rack([37, 120, 140], BUCHAREST, 9009),
    rack([193, 138, 218], STOCKHOLM, 39351),
];

/// Exits of Tor.
pub(crate) static TOR: Net = rack([185, 220, 101], ("Berlin", "Berlin", "DE", (52.52, 13.4)), 60729);

/// Homes and telephones in other countries.
pub(crate) static FOREIGN: [Net; 10] = [
    net([102, 89, 23], LAGOS, 29465),
    net([197, 210, 70], LAGOS, 29465),
    net([105, 112, 20], LAGOS, 36873),
    net([95, 26, 20], ("Moskva", "Moskva", "RU", (55.76, 37.62)), 8402),
    net([27, 70, 20], ("Ha Noi", "Ha Noi", "VN", (21.03, 105.85)), 7552),
    net([189, 78, 20], ("Sao Paulo", "Sao Paulo", "BR", (-23.55, -46.63)), 27699),
    net([105, 184, 20], ("Johannesburg", "Gauteng", "ZA", (-26.2, 28.05)), 37457),
    net([36, 70, 20], ("Jakarta", "Jakarta", "ID", (-6.21, 106.85)), 7713),
    net([41, 140, 20], ("Casablanca", "Casablanca-Settat", "MA", (33.57, -7.59)), 36903),
    net([86, 121, 20], BUCHAREST, 8708),
];

/// Homes in the countries of the offices whose owners do not know what else uses their line, by site.
pub(crate) static PROXIES: [Net; 5] = [
    net([86, 80, 96], ("Groningen", "Groningen", "NL", (53.22, 6.57)), 1136),
    net([90, 200, 96], LONDON, 5607),
    net([84, 150, 40], FRANKFURT, 3320),
    net([99, 120, 20], ("Atlanta", "Georgia", "US", (33.75, -84.39)), 7018),
    net([182, 55, 140], SINGAPORE, 55430),
];

/// A home of somebody who works from the far south.
pub(crate) static REMOTE: Net = net([85, 244, 20], PORTO, 3243);
