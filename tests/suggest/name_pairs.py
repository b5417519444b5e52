"""Pairs of mentions for measuring name matching; all people, places and bodies are invented."""

SAME = """
Dravkov | Drafko
Dravkov | Drawkow
Minister Dravkov | Minister Drafko
Elvan Dravkov | Dravkov
Yelena Shubrina | Jelena Schubrina
Shubrina | Schubrina
Tchernadze | Chernadze
Tchernadze | Czernadze
Khalimov | Halimov
Zhurenko | Jurenko
Zhurenko | Schurenko
Vashtilin | Waschtilin
Vashtilin | Vachtilin
Kuzhman | Kuschman
Al-Marrash | Al-Maraash
al-Marrash | el-Marash
Omar al-Tazari | Omar Tazari
Abdulkarim Nasser-Tal | Abdelkareem Nasser-Tal
Quellar | Kwellar
Quintov | Kvintov
Philarov | Filarov
Mehmedi | Mehmeti
Grigol Batashvil | Grigol Bataschwil
Batashvil | Batashvill
Ondřej Křivanský | Ondrej Krivansky
Křivanský | Krivansky
Þorvald Ægirsen | Thorvald Aegirsen
Łukomska | Lukomska
Søren Ulvgård | Soren Ulvgard
Müllenbrot | Mullenbrot
Ioannis Petrakos | Yannis Petrakos
Petrakos | Pétrakos
Sorokhin | Sorokin
Ivelina Doncheva | Ivelina Dontscheva
Doncheva | Donceva
Brantley-Osk | Brantly-Osk
Marisol Quendra | Marisol Kuendra
Quendra | Quendraa
Tavarish | Tawarisch
Rezanova | Resanowa
Yarmolik | Jarmolik
Yarmolik | Iarmolik
Ghazalian | Gazalyan
Hovsepik | Owsepik
Bogdanchik | Bohdanchik
Nikoforov | Nikiforow
Sabirzhan | Sabirjan
Faruk Demirel-Aydin | Farouk Demirel-Aydin
Farouqi | Faruki
foreign minister Ilse Tarn | Tarn
foreign minister Ilse Tarn | Ilse Tarne
Deputy Foreign Minister Ilse Tarn | Ilse Tarn, Vardia’s deputy foreign minister
President Odile Marchetti-Kuhn | Odile Marchetti-Kuhn
President Odile Marchetti-Kuhn | Marchetti-Kuhn
Dr Henk Vollmar | Vollmar
Mayor Ruta Sandquist | Sandqvist
J. Okonvar | Julius Okonvar
Colonel Bram Oostveld | Oostfeld
the health ministry | the ministry of health
the Ministry of Transport | Transport Ministry
United Harbour Mission | UHM
Organisation for River Peace | ORP
the company Glasmere | Glasmere
the dam operator Wasserkron | Wasserkron
the Vardia side | Vardia
the government of Norland | Norland
the Council of Ports | Ports Council
the newspaper Norland Post | Norland Post
Vestry News | Vestri News
Brighthold | Britehold
"""

DIFFERENT = """
Ilse Tarn | Olga Tarn
Minister Tarn | Mayor Tarn
Minister Torn | Colonel Torn
foreign minister Kvist | interior minister Kvist
Deputy Minister Holm | Minister Holm
Mr Sandoz | Mrs Sandoz
Anna Bergqvist | Arne Bergqvist
a senior official | another official
a senior official | an official
an aide | one of the aides
critics | some critics
he | she
he | He
they | the ministry
Norland | Norhavn
Niger | Nigeria
Austria | Australia
Zambia | Gambia
Slovakia | Slovenia
Iran | Iraq
Mali | Malawi
Vardia | Varda Island
Vardia | the ministry of Vardia
Norland | the Norland Post
the health ministry | the finance ministry
the Ministry of Transport | the Ministry of Trade
the town council | the parents’ council
the ministry | the minister
Petrov | Petrenko
Ivanov | Ivanenko
Romanov | Romanenko
Kovac | Kovalenko
Brandt | Brenner
Karlov | Karpov
Belov | Bykov
Morozov | Markov
Sokolov | Sobolev
Antonov | Andropov
Popov | Popescu
Larsen | Lawson
Hansen | Jansen
Stevens | Stephens-Roy
Roberts | Robinson
Morales | Moreno
Dolan | Doran
Salim | Salman
Rahman | Rahimi
Marin | Martin
Mercer | Meier
Fischer | Fisk
Adler | Alder
Orban | Orlan
Kessel | Kestrel
Vantreau | Vanterpoole
Nikitin | Nikolov
Smirnov | Semenov
Chang | Chen
Kim | Kin
Osk | Oslo
Pia Ombrelle | Pia Lindqvist
Jorund Kestevan | Jorund Hallin
Ole | Ole Brumm-Kjaer
Glasmere | Grasmere Union
Brighthold | Brightwater
the union | the United Union of Bakers
Radio Nord | Radio Sal
Vestry News | Vestry Council
UHM | UNM
the mayor | the governor
the report | the reporter
Sandvik | Sundal
Lind | Lundgren
Tolund | Torlund
Weber | Weaver
"""


def pairs(listed: str) -> list[tuple[str, str]]:
    rows = (line.split(" | ") for line in listed.strip().splitlines())
    return [(one, other) for one, other in rows]
